import type { Schema } from '@/api/client';

type Type = Schema<'CredentialType'>;

export interface CredentialField {
  /** The member of `value`. */
  name: string;
  label: string;
  /** Secrets are only ever written; left empty they stay as they are. */
  secret: boolean;
}

const secret = (name: string, label: string): CredentialField => ({ name, label, secret: true });
const plain = (name: string, label: string): CredentialField => ({ name, label, secret: false });

/** What each type of credential holds, and in words. */
export const CREDENTIAL_TYPES: Record<Type, { label: string; fields: CredentialField[] }> = {
  bearer: { label: 'Bearer token', fields: [secret('token', 'Token')] },
  api_key: { label: 'Key of a model provider', fields: [secret('api_key', 'API key')] },
  basic: { label: 'User name and password', fields: [plain('username', 'User name'), secret('password', 'Password')] },
  header: { label: 'A header', fields: [plain('header', 'Header'), secret('value', 'Value')] },
  query: { label: 'A query parameter', fields: [plain('parameter', 'Parameter'), secret('value', 'Value')] },
};

/** The credential's value from what was typed; null when nothing was, so that nothing changes. */
export function readCredential(type: Type, texts: Readonly<Record<string, string>>): Record<string, string> | null {
  const given = CREDENTIAL_TYPES[type].fields.flatMap((field) => {
    const text = texts[field.name] ?? '';
    return text === '' ? [] : [[field.name, text] as const];
  });
  return given.length === 0 ? null : Object.fromEntries(given);
}

/** What is shown of a stored one in that field. */
export function shownOf(credential: Schema<'Credential'>, field: CredentialField): string {
  if (field.secret) return '';
  return field.name === 'username' ? credential.username : credential.parameter;
}
