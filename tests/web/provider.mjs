// A real provider of OpenID Connect on loopback: node provider.mjs PORT REDIRECT [HOW].  Whoever signs in as `ana+sre+staff` is
// ana, in the groups sre and staff.  `ana!aud` gets an ID token that the provider signs rightly and that says something
// wrong: another audience, issuer or nonce, or an end that has passed.  HOW `for-ever` names no way to sign out.
import Provider from "oidc-provider";
import { generateKeyPair, exportJWK, importJWK, SignJWT, decodeJwt } from "jose";

const [port, redirect, how] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: "of-the-tests", alg: "RS256", use: "sig" };

const provider = new Provider(issuer, {
  clients: [{ client_id: "kb", client_secret: "secret-of-the-client", redirect_uris: [redirect] }],
  jwks: { keys: [key] },
  cookies: { keys: ["of-the-tests"] },
  scopes: ["openid", "profile", "groups"],
  claims: { openid: ["sub"], profile: ["name"], groups: ["groups"] },
  pkce: { required: () => true },
  features: { rpInitiatedLogout: { enabled: how !== "for-ever" } },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id.split(/[+!]/)[0], groups: id.split("!")[0].split("+").slice(1) }),
  }),
});

const wrong = {
  aud: { aud: "another-application" },
  iss: { iss: "https://foreign.example" },
  nonce: { nonce: "of-another-sign-in" },
  exp: { iat: 1000000000, exp: 1000003600 },
};
provider.use(async (ctx, next) => {
  await next();
  if (!ctx.body?.id_token) return;
  const said = decodeJwt(ctx.body.id_token);
  const lie = wrong[said.sub.split("!")[1]];
  if (!lie) return;
  const { at_hash, ...rest } = said;
  ctx.body.id_token = await new SignJWT({ ...rest, ...lie })
    .setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(await importJWK(key, "RS256"));
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
