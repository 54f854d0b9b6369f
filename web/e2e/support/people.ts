/** The first account, which first-run.spec.ts makes through the UI. */
export const ADMIN = { email: 'ada@example.com', password: 'a ship in fair weather', full_name: 'Ada Lovelace' };
