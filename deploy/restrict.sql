-- After the first migration, as latchkey_owner: the serving role only adds events, and cannot change what
-- is known of migrations.
revoke update, delete on events from latchkey;
revoke insert, update, delete on kysely_migration from latchkey;
revoke all on kysely_migration_lock from latchkey;
