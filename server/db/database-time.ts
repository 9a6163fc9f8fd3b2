/** What a statement selects to tell the time of the database, as `Clock.read` takes it. */
export const databaseTime = "date_part('epoch', clock_timestamp()) * 1000";
