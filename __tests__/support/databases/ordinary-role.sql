-- What an ordinary role can write that is run by who restores or reads. Run as the role lowly, who owns the schema lowly.
-- @CANARIES@ stands for a folder that every user may write to: a file in it is named after the code that ran with a superuser's rights.
create function lowly.go(kind text) returns void language plpgsql as $f$
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    execute format('copy (select 1) to program %L', 'cat > ' || '@CANARIES@' || '/' || kind || '-' || pg_backend_pid());
  end if;
end $f$;

create function lowly.in_check(int) returns bool language plpgsql as $f$ begin perform lowly.go('check'); return true; end $f$;
create table lowly.checked (a int check (lowly.in_check(a)));
insert into lowly.checked values (1);

create function lowly.in_domain(int) returns bool language plpgsql as $f$ begin perform lowly.go('domain'); return true; end $f$;
create domain lowly.d as int check (lowly.in_domain(value));
create table lowly.of_domain (a lowly.d);
insert into lowly.of_domain values (1);
-- Reading such a literal checks the domain: while the view is made, and not when it is asked.
create view lowly.literal as select '{1}'::lowly.d[] as a;
create type lowly.composite as (a lowly.d);
create table lowly.with_default (a lowly.composite default '(1)', b int);
insert into lowly.with_default (b) values (1);
create aggregate lowly.sum_of_domain (lowly.d) (sfunc = int4pl, stype = int, initcond = '0');
create table lowly.by_domain (a lowly.d) partition by range (a);
create table lowly.by_domain_1 partition of lowly.by_domain for values from (0) to (10);
insert into lowly.by_domain values (1);

create function lowly.in_generated(int) returns int language plpgsql immutable as $f$ begin perform lowly.go('generated'); return $1; end $f$;
create table lowly.generated (a int, b int generated always as (lowly.in_generated(a)) stored, c int generated always as (lowly.in_generated(7) + a) stored);
insert into lowly.generated values (1);

create function lowly.in_index(int) returns int language plpgsql immutable as $f$ begin perform lowly.go('index'); return $1; end $f$;
create table lowly.indexed (a int primary key, b int);
create index on lowly.indexed (lowly.in_index(a));
create index on lowly.indexed ((lowly.in_index(1) + a)) where lowly.in_index(2) = a;
insert into lowly.indexed values (1, 1);
alter table lowly.indexed add foreign key (b) references lowly.indexed;

create function lowly.in_statistics(int) returns int language plpgsql immutable as $f$ begin perform lowly.go('statistics'); return $1; end $f$;
create table lowly.counted (a int, b int);
create statistics lowly.s on (lowly.in_statistics(1) + a), b from lowly.counted;
insert into lowly.counted values (1, 2);

create function lowly.in_key(int) returns int language plpgsql immutable as $f$ begin perform lowly.go('partition-key'); return $1; end $f$;
create table lowly.parted (a int) partition by range (lowly.in_key(a), (lowly.in_key(3) + a));
create table lowly.parted_1 partition of lowly.parted for values from (0, 0) to (10, 100);
insert into lowly.parted values (1);

create function lowly.in_view(int) returns int language plpgsql as $f$ begin perform lowly.go('materialized-view'); return $1; end $f$;
create materialized view lowly.m as select lowly.in_view(1) as v;

create function lowly.in_policy(int) returns bool language plpgsql as $f$ begin perform lowly.go('policy'); return true; end $f$;
create table lowly.policed (a int);
alter table lowly.policed enable row level security;
create policy p on lowly.policed using (lowly.in_policy(a));
insert into lowly.policed values (1);

create type lowly.pair as (a int);
create function lowly.in_cast(lowly.pair) returns text language plpgsql as $f$ begin perform lowly.go('cast'); return 'x'; end $f$;
create cast (lowly.pair as text) with function lowly.in_cast (lowly.pair);
create table lowly.pairs (a lowly.pair);
insert into lowly.pairs values (row (1));

create function lowly.in_operator(int, int) returns bool language plpgsql immutable as $f$ begin perform lowly.go('operator'); return $1 = $2; end $f$;
create operator lowly.=== (leftarg = int, rightarg = int, function = lowly.in_operator);
create table lowly.by_operator (a int check (a operator(lowly.===) a));
insert into lowly.by_operator values (1);

create function lowly.in_trigger() returns trigger language plpgsql as $f$ begin perform lowly.go('trigger'); return new; end $f$;
create table lowly.triggered (a int);
insert into lowly.triggered values (1);
create trigger t before insert or update on lowly.triggered for each row execute function lowly.in_trigger();
create constraint trigger ct after insert on lowly.triggered deferrable initially deferred for each row execute function lowly.in_trigger();

-- The check writes a row of another table, whose deferred trigger would run at the end of the transaction.
create function lowly.queue() returns bool language plpgsql as $f$ begin insert into lowly.triggered values (2); delete from lowly.triggered where a = 2; return true; end $f$;
create table lowly.queueing (a int check (lowly.queue()));
insert into lowly.queueing values (1);

-- Attempts to get back what the session had.
create function lowly.in_reset(int) returns bool language plpgsql as $f$
begin
  begin reset session authorization; exception when others then null; end;
  begin reset role; exception when others then null; end;
  begin execute 'set role ' || quote_ident((select rolname from pg_roles where rolsuper limit 1)); exception when others then null; end;
  perform lowly.go('reset');
  begin execute 'alter function lowly.in_reset(int) security invoker'; exception when others then null; end;
  return true;
end $f$;
create table lowly.resetting (a int check (lowly.in_reset(a)));
insert into lowly.resetting values (1), (2);

-- A check with a function of its own table is restored behind the rows.
create table lowly.by_row (a int);
create function lowly.of_row(lowly.by_row) returns bool language plpgsql as $f$ begin perform lowly.go('check-of-row'); return true; end $f$;
alter table lowly.by_row add check (lowly.of_row(by_row.*));
insert into lowly.by_row values (1);

-- Functions of PostgreSQL's own that run SQL text, called without any of the role's.
create table lowly.text_in_check (a int check (query_to_xml($q$select case when (select rolsuper from pg_roles where rolname = current_user)
  then query_to_xml('select lo_export(lo_from_bytea(0, ''x''), ''@CANARIES@/text-in-check'')', false, false, '') end$q$, false, false, '') is not null));
insert into lowly.text_in_check values (1);
create domain lowly.text_in_domain as int check (query_to_xml($q$select case when (select rolsuper from pg_roles where rolname = current_user)
  then query_to_xml('select lo_export(lo_from_bytea(0, ''x''), ''@CANARIES@/text-in-domain'')', false, false, '') end$q$, false, false, '') is not null);
create table lowly.of_text (a lowly.text_in_domain);
insert into lowly.of_text values (1);
create view lowly.text_literal as select '{1}'::lowly.text_in_domain[] as a;
