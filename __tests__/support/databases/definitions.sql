-- Definitions whose text is no fixed point: PostgreSQL prints them in other words once they were restored.
create role lib_owner; 
create schema lib authorization lib_owner;
create type lib.kind as enum ('a','b');
set role lib_owner;
create table lib.t(id int primary key, s varchar(10) check (s in ('a','b')), n numeric default ('1'::varchar(3)::text)::numeric, d varchar(20)[] , k lib.kind,
  g text generated always as (case when s in ('x','y') then 'in' else 'out' end) stored,
  e boolean default ('a'::varchar = any (array['a','b']::varchar[])),
  constraint named check (s not in ('q','r') or n > 2) no inherit,
  exclude using btree (lower(s) with =) where (s in ('x','y')));
create index on lib.t(id) where s in ('x','y');
create index on lib.t((s in ('x','y')), lower(s)) ;
create unique index u on lib.t(id) where s in ('x','y') and k in ('a','b');
create statistics lib.st on (s in ('x','y')), id, n from lib.t;
create view lib.v as select * from lib.t where s in ('a','b');
create view lib.vv(x,y) as values (1,'a'),(2,'b');
create materialized view lib.mv as select q.id from (select id from lib.t union all select null) q where q.id in (1,2);
create view lib.un2 as select q.kind from (select s::text as kind from lib.t union all select 'none') q;
create view lib.un3 as with q as (select id from lib.t union all select null from lib.t) select id from q;
create function lib.f() returns setof lib.t language sql stable as 'select * from lib.t';
create function lib.f2() returns table(a int, b int) language sql stable as 'select 1,2';
create view lib.fa as select * from lib.f() as z(one,two);
create view lib.fb as select f2.a, f2.b from lib.f2() as f2(a,b);
create policy p on lib.t using (s in ('a','b')) with check (s in ('c','d'));
alter table lib.t enable row level security;
create function lib.tg() returns trigger language plpgsql as 'begin return new; end';
create trigger tr before update on lib.t for each row when (new.s in ('a','b')) execute function lib.tg();
create rule r as on update to lib.v where new.s in ('a','b') do instead update lib.t set n = new.n where id = old.id and s in ('a','b');
create domain lib.dom as varchar(10) default ('a'::varchar(3)::text) check (value in ('a','b'));
create function lib.sf(s varchar default ('a'::varchar(3)::text), out r boolean) language sql begin atomic select s in ('a','b'); end;
create function lib.sr(s varchar) returns boolean language sql return s in ('a','b');
create procedure lib.sp(s varchar default ('a'::varchar(3)::text)) language plpgsql as 'begin end';
create table lib.par(a int, s varchar(10) check (s in ('a','b'))) partition by list ((s in ('a','b')));
create table lib.par_t partition of lib.par for values in (true);
create table lib.par_f partition of lib.par for values in (false);
create index on lib.par(a) where s in ('a','b');
create table lib.rng(a timestamptz, s varchar) partition by range (a, lower(s));
create table lib.rng1 partition of lib.rng for values from ('2024-01-01', minvalue) to ('2025-01-01', maxvalue);
create table lib.lst(s varchar(5)) partition by list (s);
create table lib.lst1 partition of lib.lst for values in ('a','b');
create table lib.child(check (s in ('x','y'))) inherits (lib.t);
create function lib.whole(lib.t) returns text language sql immutable as 'select $1.s';
create index on lib.t(lib.whole(t.*)) where s in ('a','b');
create view lib."order" as select * from lib.t where s in ('a');
create table lib."select"("table" varchar check ("table" in ('a','b')));
create view lib.pair as select z.one, z.two from lib.f2() as z(one, two);
create collation lib.co (provider = icu, locale = 'ca');
create function lib.json_value(json, text) returns json language sql as 'select $1';
comment on function lib.json_value is 'a keyword since 17, and types that majors print in other ways';
create operator lib.== (leftarg = json, rightarg = text, function = lib.json_value);
comment on operator lib.== (json, text) is 'the same of an operator';
create table lib.keys(a int primary key, b int unique, "end" int references lib.keys(a), v varchar(9),
  g text generated always as (case when v in ('x','y') then 'in' else 'out' end) stored);
create table lib.plain_key (s varchar(10)) partition by list ((s in ('a','b')));
create view lib.deep as with recursive w(n) as (select 1 union all select n + 1 from w where n < 3)
  select n, case when n in (1, 2) then 'few' end as how, (select null union select 'x' limit 1) as word from w;
reset role;
create publication pub for table lib.lst1 where (s = any (array['a','b'])), lib."select" where ("table" = 'a');
