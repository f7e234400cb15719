// PostgreSQL by node-postgres: one pool, every statement prepared once a connection, values as text where they stay text.
import pg from "pg";

const [TIMESTAMPTZ, DATE] = [pg.types.builtins.TIMESTAMPTZ, pg.types.builtins.DATE];
pg.types.setTypeParser(DATE, (text) => text);
pg.types.setTypeParser(TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11)}:00`); // sessions are in UTC

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 8,
  idleTimeoutMillis: 0,
  options: "-c timezone=UTC -c jit=off -c default_transaction_read_only=on",
});

const names = new Map();

/** The rows of a statement, which is prepared under a name of its own. */
export async function rows(text, values) {
  let name = names.get(text);
  if (!name) names.set(text, (name = `s${names.size}`));
  return (await pool.query({ name, text, values })).rows;
}
