-- A booking service as Prisma makes it: cuid keys, "CamelCase" names, native enums, implicit many-to-many tables.
CREATE TYPE "Role" AS ENUM ('USER', 'HOST', 'ADMIN');
CREATE TYPE "booking_status" AS ENUM ('PENDING', 'CONFIRMED', 'CANCELLED', 'NO_SHOW');
CREATE TABLE "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "_prisma_migrations" SELECT md5(g::text)::uuid::text, repeat(md5(g::text), 2), '2024-01-01+00', '2024010' || g || '_init', NULL, NULL, '2024-01-01+00', 1 FROM generate_series(1, 25) g;
CREATE TABLE "User" (
  "id" TEXT NOT NULL, "email" TEXT NOT NULL, "name" TEXT, "role" "Role" NOT NULL DEFAULT 'USER', "roles" "Role"[] DEFAULT ARRAY['USER', 'HOST']::"Role"[],
  "emailVerified" TIMESTAMP(3), "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP(3) NOT NULL, "metadata" JSONB DEFAULT '{"a": [1, 2]}',
  "bio" VARCHAR(191), "avatar" BYTEA, "balance" DECIMAL(65,30) NOT NULL DEFAULT 0, "score" DOUBLE PRECISION NOT NULL DEFAULT 1.5,
  CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Account" (
  "id" TEXT NOT NULL, "userId" TEXT NOT NULL, "type" TEXT NOT NULL, "provider" TEXT NOT NULL, "providerAccountId" TEXT NOT NULL, "expires_at" INTEGER,
  CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Listing" (
  "id" SERIAL NOT NULL, "hostId" TEXT NOT NULL, "title" VARCHAR(255) NOT NULL, "price" MONEY NOT NULL, "slug" CHAR(12) NOT NULL, "languages" TEXT[],
  "kind" VARCHAR(20) NOT NULL DEFAULT 'room', CONSTRAINT "Listing_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "Listing_kind_check" CHECK ("kind" IN ('room', 'house', 'boat') AND "slug" NOT IN ('admin', 'root'))
);
CREATE TABLE "Booking" (
  "id" BIGSERIAL NOT NULL, "listingId" INTEGER NOT NULL, "guestId" TEXT, "status" "booking_status" NOT NULL DEFAULT 'PENDING', "from" DATE NOT NULL, "to" DATE NOT NULL, "note" XML,
  CONSTRAINT "Booking_pkey" PRIMARY KEY ("id"), CONSTRAINT "Booking_dates" CHECK ("from" < "to")
);
CREATE TABLE "Tag" ("id" TEXT NOT NULL, "label" TEXT NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));
CREATE TABLE "_ListingToTag" ("A" INTEGER NOT NULL, "B" TEXT NOT NULL);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON "Account"("provider", "providerAccountId");
CREATE INDEX "Booking_open" ON "Booking"("listingId", "status" DESC) WHERE "status" IN ('PENDING', 'CONFIRMED');
CREATE INDEX "Booking_hash" ON "Booking" USING HASH ("guestId");
CREATE UNIQUE INDEX "_ListingToTag_AB_unique" ON "_ListingToTag"("A", "B");
CREATE INDEX "_ListingToTag_B_index" ON "_ListingToTag"("B");
ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Listing" ADD CONSTRAINT "Listing_hostId_fkey" FOREIGN KEY ("hostId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_listingId_fkey" FOREIGN KEY ("listingId") REFERENCES "Listing"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Booking" ADD CONSTRAINT "Booking_guestId_fkey" FOREIGN KEY ("guestId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "_ListingToTag" ADD CONSTRAINT "_ListingToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Listing"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_ListingToTag" ADD CONSTRAINT "_ListingToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "User" ("id", "email", "name", "role", "createdAt", "updatedAt", "avatar", "balance", "score")
SELECT 'cl' || left(md5(g::text), 23), 'u' || g || '@x.example', 'Name ' || g, (ARRAY['USER', 'HOST', 'ADMIN'])[1 + g % 3]::"Role", '2024-01-01 10:00:00.123', '2024-01-01', decode(md5(g::text), 'hex'), g / 3.0, g / 9.0
FROM generate_series(1, 120) g;
INSERT INTO "Account" SELECT 'a' || g, 'cl' || left(md5(g::text), 23), 'oauth', 'github', g::text, 1700000000 + g FROM generate_series(1, 120) g;
INSERT INTO "Listing" ("hostId", "title", "price", "slug", "languages", "kind") SELECT 'cl' || left(md5(g::text), 23), 'Casa ' || g, (g * 10)::money, 'casa-' || g, ARRAY['ca', 'es'], (ARRAY['room', 'house', 'boat'])[1 + g % 3] FROM generate_series(1, 60) g;
INSERT INTO "Booking" ("listingId", "guestId", "status", "from", "to", "note") SELECT 1 + g % 60, 'cl' || left(md5((1 + g % 120)::text), 23), (ARRAY['PENDING', 'CONFIRMED', 'CANCELLED', 'NO_SHOW'])[1 + g % 4]::"booking_status",
  date '2024-01-01' + g, date '2024-01-03' + g, xmlparse(content '<n>' || g || '</n>') FROM generate_series(1, 200) g;
INSERT INTO "Tag" SELECT 't' || g, 'Tag ' || g FROM generate_series(1, 20) g;
INSERT INTO "_ListingToTag" SELECT g, 't' || (1 + g % 20) FROM generate_series(1, 60) g;
CREATE VIEW "UserInfo" AS SELECT "id", "email", "role" = ANY (ARRAY['HOST', 'ADMIN']::"Role"[]) AS "isHost", "roles" @> ARRAY['HOST']::"Role"[] AS "canHost" FROM "User";
