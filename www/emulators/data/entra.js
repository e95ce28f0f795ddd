import { api } from './made.js'

const tenant = 'aaaaaaaa-0000-0000-0000-000000000001'
const otherTenant = 'aaaaaaaa-0000-0000-0000-000000000002'
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const host = 'https://login.microsoftonline.com'
const v2 = (one) => `${host}/${one}/v2.0`
const v1 = (one) => `https://sts.windows.net/${one}/`

/** AADSTS90009: the API and the client are one registration, so the scope has the client id. */
const isOwnApi = (params) => (params.get('scope') ?? '').includes('example-client')

/** The rules of Entra ID for a page: a redirect URI of the type `spa`. */
export const entraRules = (tid) => ({
  authorize: { refuses: { resource: { error: 'invalid_request', text: 'AADSTS901002' } } },
  token: { given: 'asked', rotates: true, grace: 86_400, refreshEnds: 86_400, spa: true, refreshNeedsScope: isOwnApi, refuses: ['client_secret'] },
  machine: { scope: /^\S+\/\.default$/, refuses: ['resource'], text: 'AADSTS901002' },
  idToken: {
    add: { ver: '2.0', tid, oid: '00000000-0000-0000-0000-0000000000aa', nbf: ({ signedInAt }) => signedInAt, uti: 'u', rh: '0.A' },
    drop: ['email_verified'],
    refreshed: { nonce: 'missing', authTime: 'changes' },
  },
  // UserInfo is at Graph, for a token that is for Graph.
  userinfo: { refuses: ({ context }) => (context.params.get('scope') ?? '').includes('api://') },
  logout: {},
})

/** The access tokens for an API, of either version. */
export const entraToken = ({ tenant: tid, issuer, ver }) => ({
  claims: ({ client, sub }) => ({
    iss: issuer, aud: api, sub, oid: '00000000-0000-0000-0000-0000000000aa', tid, ver, scp: 'read', uti: 'u',
    ...(ver === '1.0' ? { appid: client, appidacr: '0', unique_name: 'alice@example.com' } : { azp: client, azpacr: '0', preferred_username: 'alice@example.com' }),
  }),
})

const otherIssuer = (one) => (claims) => { Object.assign(claims, { tid: one, iss: v2(one) }) }

/** The keys of Entra ID name an issuer, with the placeholder for the tenant, as recorded. */
const jwk = { issuer: `${host}/{tenantid}/v2.0` }
const common = { preset: 'entra', serves: 'page', jwk, settings: { scope: 'openid profile email api://example/read' }, ...entraRules(tenant) }

/** Tokens that no client of many tenants accepts. */
const ofManyTenants = [
  { name: 'an issuer that is not that of tid', idToken: (claims) => { claims.iss = v2(otherTenant) }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'no tid', idToken: (claims) => { delete claims.tid }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'a tid that is no GUID', idToken: otherIssuer('common'), code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'the issuer as the metadata writes it', idToken: (claims) => { claims.iss = `${host}/{tenantid}/v2.0` }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'a tenant that is not listed', idToken: otherIssuer(otherTenant), code: 'OIDC_TENANT_FORBIDDEN', at: 'tid' },
  { name: 'a personal account under a policy of one work tenant', idToken: otherIssuer(consumers), code: 'OIDC_TENANT_FORBIDDEN', at: 'tid' },
]

const edgeOfManyTenants = (issuer) => [
  { name: 'a tenant that is not listed', claims: { tid: otherTenant, iss: issuer(otherTenant) }, code: 'OIDC_TENANT_FORBIDDEN', at: 'tid' },
  { name: 'a personal account', claims: { tid: consumers, iss: issuer(consumers) }, code: 'OIDC_TENANT_FORBIDDEN', at: 'tid' },
  { name: 'an issuer that is not that of tid', claims: { iss: issuer(otherTenant) }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
]

const oneTenant = {
  kind: 'recorded',
  file: 'entra/openid-configuration.common.v2',
  // The document of one tenant differs from that of `common` in these addresses.
  replaced: [['/common/', `/${tenant}/`], ['{tenantid}', tenant]],
}

export default [
  {
    ...common,
    title: 'Entra ID, one tenant',
    options: { tenant },
    otherOptions: { tenant: otherTenant },
    document: oneTenant,
    accessToken: entraToken({ tenant, issuer: v2(tenant), ver: '2.0' }),
    edge: {
      scope: 'read',
      refused: [{ name: 'a token of another tenant', claims: { tid: otherTenant, iss: v2(otherTenant) }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' }],
    },
    negative: [{ name: 'a token of another tenant', idToken: otherIssuer(otherTenant), code: 'OIDC_ISSUER_MISMATCH', at: 'iss' }],
  },
  {
    ...common,
    title: 'Entra ID, many tenants',
    options: { tenant: 'common', tenants: [tenant] },
    otherOptions: { tenant: 'common', tenants: [otherTenant] },
    otherCode: ['OIDC_TENANT_FORBIDDEN', 'tid'],
    document: { kind: 'recorded', file: 'entra/openid-configuration.common.v2' },
    issuer: v2(tenant),
    accessToken: entraToken({ tenant, issuer: v2(tenant), ver: '2.0' }),
    edge: { scope: 'read', refused: edgeOfManyTenants(v2) },
    negative: ofManyTenants,
  },
  {
    ...common,
    title: 'Entra ID, work accounts',
    options: { tenant: 'organizations', tenants: [tenant] },
    otherOptions: { tenant: 'organizations', tenants: [otherTenant] },
    otherCode: ['OIDC_TENANT_FORBIDDEN', 'tid'],
    document: { kind: 'recorded', file: 'entra/openid-configuration.organizations.v2' },
    issuer: v2(tenant),
    accessToken: entraToken({ tenant, issuer: v2(tenant), ver: '2.0' }),
    edge: { scope: 'read', refused: edgeOfManyTenants(v2) },
    negative: ofManyTenants,
  },
  {
    ...common,
    title: 'Entra ID, v1 access tokens',
    options: { tenant },
    otherOptions: { tenant: otherTenant },
    document: oneTenant,
    accessToken: entraToken({ tenant, issuer: v1(tenant), ver: '1.0' }),
    edge: {
      scope: 'read',
      refused: [
        { name: 'a v1 token of another tenant', claims: { tid: otherTenant, iss: v1(otherTenant) }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
        { name: 'an issuer of v1 without its slash', claims: { iss: `https://sts.windows.net/${tenant}` }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
      ],
    },
    negative: [{ name: 'an ID token with the issuer of v1', idToken: (claims) => { claims.iss = v1(tenant) }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' }],
  },
  {
    ...common,
    title: 'Entra ID, an API of the app’s own registration',
    options: { tenant },
    otherOptions: { tenant: otherTenant },
    settings: { scope: 'openid profile email api://example-client/read' },
    document: oneTenant,
    accessToken: entraToken({ tenant, issuer: v2(tenant), ver: '2.0' }),
    edge: { scope: 'read' },
  },
  {
    ...common,
    title: 'Entra ID, an app on a server',
    serves: 'sessions',
    options: { tenant },
    otherOptions: { tenant: otherTenant },
    document: oneTenant,
    token: { given: 'asked', rotates: true, grace: 7_776_000, spa: false, refreshNeedsScope: isOwnApi },
    accessToken: entraToken({ tenant, issuer: v2(tenant), ver: '2.0' }),
    edge: { scope: 'read' },
  },
]
