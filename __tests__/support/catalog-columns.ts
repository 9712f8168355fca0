/**
 * What becomes of every column of PostgreSQL's catalogs: compared as a fact, compared through a function that prints it,
 * or not compared, and why.
 */
export interface Decision {
  /** Columns that the queries of the description name. */
  compared?: string
  /** Columns that a function of PostgreSQL prints, by the function. */
  printed?: Readonly<Record<string, string>>
  /** Columns that are not compared, by the reason. */
  not?: Readonly<Record<string, string>>
}

const IDENTITY = 'a number that every database gives anew'
const DERIVED = 'follows from what is compared'
const STATE = 'how the server keeps it, not what it is'
const OTHER = 'told or compared elsewhere'
const SECRET = 'a secret'

export const DECISIONS: Readonly<Record<string, Decision | string>> = {
  pg_aggregate: {
    compared: `aggfnoid aggkind aggnumdirectargs aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn aggmtransfn
      aggminvtransfn aggmfinalfn aggfinalextra aggmfinalextra aggfinalmodify aggmfinalmodify aggsortop aggtranstype
      aggtransspace aggmtranstype aggmtransspace agginitval aggminitval`,
  },
  pg_am: { compared: 'oid amname amhandler amtype' },
  pg_amop: {
    compared: 'oid amopfamily amopstrategy amopopr amopsortfamily',
    not: { [DERIVED]: 'amoplefttype amoprighttype amoppurpose amopmethod' },
  },
  pg_amproc: { compared: 'oid amprocfamily amproclefttype amprocrighttype amprocnum amproc' },
  pg_attrdef: { compared: 'adrelid adnum adbin', not: { [IDENTITY]: 'oid' } },
  pg_attribute: {
    compared: `attrelid attname atttypid attnum atttypmod attstorage attcompression attnotnull attidentity attgenerated
      attisdropped attislocal attcollation attstattarget attacl attoptions attfdwoptions`,
    not: {
      [DERIVED]: 'attlen attbyval attalign atthasdef attinhcount',
      [STATE]: 'attcacheoff atthasmissing attmissingval',
      'PostgreSQL itself takes no notice of it, and a dump does not hold it': 'attndims',
    },
  },
  pg_auth_members: {
    compared: 'roleid member admin_option inherit_option set_option',
    not: { [IDENTITY]: 'oid', 'a restore by another role changes it': 'grantor' },
  },
  pg_authid: {
    not: {
      'read through pg_roles, which everybody may read':
        'oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit rolvaliduntil',
      [SECRET]: 'rolpassword',
    },
  },
  pg_cast: { compared: 'oid castsource casttarget castfunc castcontext castmethod' },
  pg_class: {
    compared: `oid relname relnamespace reltype reloftype relowner relam reltoastrelid relpersistence relkind relrowsecurity
      relforcerowsecurity relispopulated relreplident relispartition relacl reloptions relpartbound`,
    not: {
      [DERIVED]: 'relhasindex relisshared relnatts relchecks relhasrules relhastriggers relhassubclass',
      [STATE]: 'relfilenode relpages reltuples relallvisible relallfrozen relrewrite relfrozenxid relminmxid',
      'the disks of another server': 'reltablespace',
    },
  },
  pg_collation: {
    compared: `oid collname collnamespace collowner collprovider collisdeterministic collcollate collctype colliculocale
      colllocale collicurules`,
    not: { "the database's encoding": 'collencoding', "the library of the restored copy's server": 'collversion' },
  },
  pg_constraint: {
    compared: `oid conname contype condeferrable condeferred conenforced convalidated conrelid contypid conindid conparentid
      conislocal connoinherit`,
    printed: {
      pg_get_constraintdef: `confrelid confupdtype confdeltype confmatchtype conkey confkey conperiod confdelsetcols conexclop
        conbin`,
    },
    not: { [DERIVED]: 'connamespace coninhcount conpfeqop conppeqop conffeqop' },
  },
  pg_conversion: {
    compared: 'oid conname connamespace conowner conforencoding contoencoding conproc condefault',
  },
  pg_database: {
    compared: 'oid datname datdba datconnlimit datacl',
    not: {
      [OTHER]: `encoding datlocprovider datcollate datctype daticulocale datlocale daticurules datcollversion dattablespace
        datistemplate datallowconn`,
      [DERIVED]: 'dathasloginevt',
      [STATE]: 'datfrozenxid datminmxid',
    },
  },
  pg_db_role_setting: { compared: 'setdatabase setrole setconfig' },
  pg_default_acl: {
    compared: 'oid defaclrole defaclnamespace defaclacl',
    printed: { pg_identify_object: 'defaclobjtype' },
  },
  pg_depend: {
    compared: 'classid objid objsubid refclassid refobjid refobjsubid deptype',
  },
  pg_description: { compared: 'objoid classoid objsubid description' },
  pg_enum: { compared: 'enumtypid enumsortorder enumlabel', not: { [IDENTITY]: 'oid' } },
  pg_event_trigger: { compared: 'oid evtname evtevent evtowner evtfoid evtenabled evttags' },
  pg_extension: {
    compared: 'oid extname extnamespace extversion',
    not: {
      'whoever restores owns it': 'extowner',
      'comes with the version': 'extrelocatable',
      'decides which rows are dumped; comes with the version': 'extconfig extcondition',
    },
  },
  pg_foreign_data_wrapper: { compared: 'oid fdwname fdwowner fdwhandler fdwvalidator fdwacl fdwoptions' },
  pg_foreign_server: { compared: 'oid srvname srvowner srvfdw srvtype srvversion srvacl srvoptions' },
  pg_foreign_table: { compared: 'ftrelid ftserver ftoptions' },
  pg_index: {
    compared: 'indexrelid indrelid indisclustered indisvalid indisreplident indexprs indpred',
    printed: {
      pg_get_indexdef: `indnatts indnkeyatts indisunique indnullsnotdistinct indkey indcollation indclass indoption`,
      pg_get_constraintdef: 'indisprimary indisexclusion indimmediate',
    },
    not: { [STATE]: 'indcheckxmin indisready indislive' },
  },
  pg_inherits: {
    compared: 'inhrelid inhparent inhseqno',
    not: { 'a partition that is being detached is one still': 'inhdetachpending' },
  },
  pg_init_privs: {
    compared: 'objoid classoid objsubid initprivs',
    not: { [DERIVED]: 'privtype' },
  },
  pg_language: { compared: 'oid lanname lanowner lanispl lanpltrusted lanplcallfoid laninline lanvalidator lanacl' },
  pg_largeobject: 'compared as rows are, by the fingerprint of large objects',
  pg_largeobject_metadata: { compared: 'oid lomowner lomacl' },
  pg_namespace: { compared: 'oid nspname nspowner nspacl' },
  pg_opclass: {
    compared: 'oid opcmethod opcname opcnamespace opcowner opcfamily opcintype opcdefault opckeytype',
  },
  pg_operator: {
    compared: `oid oprnamespace oprowner oprcanmerge oprcanhash oprresult oprcom oprnegate oprcode oprrest oprjoin`,
    printed: { regoperator: 'oprname oprkind oprleft oprright' },
  },
  pg_opfamily: { compared: 'oid opfmethod opfname opfnamespace opfowner' },
  pg_parameter_acl: { compared: 'parname paracl', not: { [IDENTITY]: 'oid' } },
  pg_partitioned_table: {
    printed: { pg_get_partkeydef: 'partrelid partstrat partnatts partattrs partclass partcollation partexprs' },
    not: { [DERIVED]: 'partdefid' },
  },
  pg_policy: {
    compared: 'oid polname polrelid polcmd polpermissive polroles polqual polwithcheck',
  },
  pg_proc: {
    compared: `oid pronamespace proowner prolang procost prorows prosupport prokind prosecdef proleakproof proisstrict
      provolatile proparallel pronargdefaults protrftypes prosrc probin prosqlbody proconfig proacl`,
    printed: {
      regprocedure: 'proname proargtypes',
      pg_get_function_identity_arguments: 'pronargs provariadic proallargtypes proargmodes proargnames',
      pg_get_function_arguments: 'proargdefaults',
      pg_get_function_result: 'proretset prorettype',
    },
  },
  pg_publication: {
    compared: 'oid pubname pubowner puballtables pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols',
  },
  pg_publication_namespace: { compared: 'pnpubid pnnspid', not: { [IDENTITY]: 'oid' } },
  pg_publication_rel: { compared: 'prpubid prrelid prqual prattrs', not: { [IDENTITY]: 'oid' } },
  pg_range: {
    compared: 'rngtypid rngsubtype rngmultitypid rngcollation rngsubopc rngcanonical rngsubdiff',
  },
  pg_replication_origin: 'where the server replicates from: of the cluster, not of the database',
  pg_rewrite: {
    compared: 'oid rulename ev_class ev_type ev_enabled is_instead',
    printed: { pg_get_ruledef: 'ev_qual ev_action' },
  },
  pg_seclabel: { compared: 'objoid classoid objsubid provider label' },
  pg_sequence: { compared: 'seqrelid seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle' },
  pg_shdepend: { compared: 'dbid classid objid refclassid refobjid', not: { [DERIVED]: 'objsubid deptype' } },
  pg_shdescription: {
    printed: { shobj_description: 'objoid classoid description' },
  },
  pg_shseclabel: { compared: 'objoid classoid provider label' },
  pg_statistic: 'what ANALYZE gathered, which it gathers again',
  pg_statistic_ext: {
    compared: 'oid stxname stxnamespace stxowner stxstattarget stxexprs',
    printed: { pg_get_statisticsobjdef: 'stxrelid stxkeys stxkind' },
  },
  pg_statistic_ext_data: 'what ANALYZE gathered, which it gathers again',
  pg_subscription: {
    compared: `oid subdbid subname subowner subbinary substream subtwophasestate subdisableonerr subpasswordrequired
      subrunasowner subfailover subconninfo subslotname subsynccommit subpublications suborigin`,
    not: { 'a restore turns a subscription off': 'subenabled', [STATE]: 'subskiplsn' },
  },
  pg_subscription_rel: 'how far replication has come, which begins anew after a restore',
  pg_tablespace: 'the disks of another server',
  pg_transform: { compared: 'oid trftype trflang trffromsql trftosql' },
  pg_trigger: {
    compared: 'oid tgrelid tgparentid tgname tgfoid tgenabled tgisinternal tgconstraint tgqual',
    printed: {
      pg_get_triggerdef: 'tgtype tgconstrrelid tgdeferrable tginitdeferred tgnargs tgattr tgargs tgoldtable tgnewtable',
    },
    not: { [DERIVED]: 'tgconstrindid' },
  },
  pg_ts_config: { compared: 'oid cfgname cfgnamespace cfgowner cfgparser' },
  pg_ts_config_map: { compared: 'mapcfg maptokentype mapseqno mapdict' },
  pg_ts_dict: { compared: 'oid dictname dictnamespace dictowner dicttemplate dictinitoption' },
  pg_ts_parser: { compared: 'oid prsname prsnamespace prsstart prstoken prsend prsheadline prslextype' },
  pg_ts_template: { compared: 'oid tmplname tmplnamespace tmplinit tmpllexize' },
  pg_type: {
    compared: `oid typname typnamespace typowner typlen typbyval typtype typcategory typispreferred typisdefined typdelim
      typrelid typsubscript typelem typarray typinput typoutput typreceive typsend typmodin typmodout typanalyze typalign
      typstorage typnotnull typbasetype typtypmod typcollation typdefaultbin typdefault typacl`,
    not: { 'PostgreSQL itself takes no notice of it, and a dump does not hold it': 'typndims' },
  },
  pg_user_mapping: {
    not: { 'read through pg_user_mappings, which everybody may read': 'oid umuser umserver umoptions' },
  },
}
