-- A forum as TypeORM and Sequelize make it: "camelCase" and hashed constraint names, "enum_Table_column" types, simple-array
-- text, closure tables, a view kept in typeorm_metadata, uuid_generate_v4() and gen_random_uuid() side by side.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
CREATE TABLE "SequelizeMeta" (name varchar(255) NOT NULL PRIMARY KEY);
INSERT INTO "SequelizeMeta" SELECT '2023' || lpad(g::text, 10, '0') || '-step.js' FROM generate_series(1, 30) g;
CREATE TYPE "enum_Users_role" AS ENUM ('user', 'moderator', 'admin');
CREATE TYPE "post_state_enum" AS ENUM ('draft', 'live', 'gone');
CREATE TABLE "typeorm_metadata" ("type" character varying NOT NULL, "database" character varying, "schema" character varying, "table" character varying, "name" character varying, "value" text);
CREATE TABLE "Users" ("id" SERIAL, "userName" VARCHAR(255) NOT NULL UNIQUE, "role" "public"."enum_Users_role" DEFAULT 'user', "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL, "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL, "deletedAt" TIMESTAMP WITH TIME ZONE, PRIMARY KEY ("id"));
CREATE TABLE "post" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "title" character varying NOT NULL, "tags" text NOT NULL DEFAULT '', "state" "post_state_enum" NOT NULL DEFAULT 'draft',
  "createdAt" TIMESTAMP NOT NULL DEFAULT now(), "version" integer NOT NULL, "authorId" integer, "lang" character varying(2) NOT NULL DEFAULT 'en',
  "titleLength" integer GENERATED ALWAYS AS (char_length(title)) STORED, "isShort" boolean GENERATED ALWAYS AS (lang IN ('en', 'es') AND char_length(title) < 100) STORED,
  CONSTRAINT "CHK_6f3f6ef6e0a5a8cb2a8b9d3e" CHECK ("lang" IN ('en', 'es', 'ca', 'fr')), CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY ("id"));
CREATE INDEX "IDX_1e1bb6a3b4c1d2" ON "post" ("state", "createdAt") WHERE "state" <> ALL (ARRAY['gone'::"post_state_enum"]);
CREATE INDEX "IDX_lang" ON "post" ("title") WHERE "lang" IN ('es', 'ca');
CREATE TABLE "comment" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "postId" uuid, "body" text NOT NULL, "votes" int4range, "meta" jsonb NOT NULL DEFAULT '{}', CONSTRAINT "PK_0b0e4bbc8415ec426f87f3a88e2" PRIMARY KEY ("id"));
CREATE TABLE "comment_closure" ("id_ancestor" uuid NOT NULL, "id_descendant" uuid NOT NULL, CONSTRAINT "PK_closure" PRIMARY KEY ("id_ancestor", "id_descendant"));
ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "Users" ("id") ON DELETE SET NULL ON UPDATE NO ACTION;
ALTER TABLE "comment" ADD CONSTRAINT "FK_94a85bb16d24033a2afdd5df060" FOREIGN KEY ("postId") REFERENCES "post" ("id") ON DELETE CASCADE;
ALTER TABLE "comment_closure" ADD CONSTRAINT "FK_ancestor" FOREIGN KEY ("id_ancestor") REFERENCES "comment" ("id") ON DELETE CASCADE, ADD CONSTRAINT "FK_descendant" FOREIGN KEY ("id_descendant") REFERENCES "comment" ("id") ON DELETE CASCADE;
INSERT INTO "Users" ("userName", "role", "createdAt", "updatedAt") SELECT 'user' || g, (enum_range(NULL::"enum_Users_role"))[1 + g % 3], '2024-01-01+00', '2024-01-02+00' FROM generate_series(1, 70) g;
INSERT INTO "post" ("id", "title", "tags", "state", "createdAt", "version", "authorId", "lang") SELECT md5('p' || g)::uuid, 'Títol "' || g || '"', 'a,b,c', (enum_range(NULL::"post_state_enum"))[1 + g % 3], '2024-01-01', 1, 1 + g % 70, (ARRAY['en', 'es', 'ca', 'fr'])[1 + g % 4] FROM generate_series(1, 120) g;
INSERT INTO "comment" ("id", "postId", "body", "votes") SELECT md5('c' || g)::uuid, md5('p' || (1 + g % 120))::uuid, E'line one\n\tline two \\ ' || g, int4range(g, g * 2) FROM generate_series(1, 200) g;
INSERT INTO "comment_closure" SELECT md5('c' || g)::uuid, md5('c' || h)::uuid FROM generate_series(1, 40) g, generate_series(g, least(g + 3, 200)) h;
CREATE VIEW "post_counts" AS SELECT "u"."userName" AS "userName", COUNT("p"."id") FILTER (WHERE "p"."lang" IN ('en', 'es')) AS "western", COUNT(*) AS "all" FROM "Users" "u" LEFT JOIN "post" "p" ON "p"."authorId" = "u"."id" GROUP BY "u"."userName";
INSERT INTO "typeorm_metadata" VALUES ('VIEW', NULL, 'public', NULL, 'post_counts', 'SELECT "u"."userName" …');
CREATE MATERIALIZED VIEW "post_top" AS SELECT "id", "title" FROM "post" WHERE "lang" NOT IN ('fr') ORDER BY "title" LIMIT 10 WITH NO DATA;
CREATE SEQUENCE "post_no_seq" AS smallint INCREMENT BY -1 MAXVALUE -1 MINVALUE -3000 CYCLE;
SELECT nextval('"post_no_seq"') FROM generate_series(1, 5);
