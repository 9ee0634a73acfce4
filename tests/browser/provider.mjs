// An OpenID Connect provider on loopback for the tests: `node provider.mjs PORT REDIRECT_URI CLIENT_ID CLIENT_SECRET`,
// with the package oidc-provider under the folder that it is started in. Whoever types NAME becomes NAME@example.org.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [port, redirect, client, secret] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), 'package.json'));
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

// NAME+unverified has an address that nobody checked; NAME+is+OTHER says that it has the address of OTHER.
const claims = (sub) => {
  const [name, trait, other] = sub.split('+');
  return { sub, name, email: `${trait === 'is' ? other : name}@example.org`, email_verified: trait !== 'unverified' };
};
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: client, client_secret: secret, redirect_uris: [redirect], post_logout_redirect_uris: [redirect],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false, // Streamlit reads the ID token and does not ask for more
  findAccount: (_context, id) => ({ accountId: id, claims: () => claims(id) }),
  cookies: { keys: ['only for tests'] },
  ttl: { IdToken: 3600, AccessToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
});
// Its own pages would ask a font server: nothing here may leave the machine. It has no icon, which browsers ask for.
provider.use(async (context, next) => {
  await next();
  if (context.path === '/favicon.ico') context.status = 204;
  if (typeof context.body === 'string') context.body = context.body.replace(/@import url\([^)]*\);/g, '');
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
