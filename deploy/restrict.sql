-- After the first migration, as latchkey_owner: the serving role only adds to the audit trail, and cannot change what
-- is known of migrations.
revoke update, delete on audit from latchkey;
revoke insert, update, delete on kysely_migration from latchkey;
revoke all on kysely_migration_lock from latchkey;
