// The rows and columns of the table of real providers in docs/providers.md: the scenarios, and what a provider lacks.

/** Every scenario: its name in results and in `lacks`, and its title. */
export const SCENARIOS = [
  ['signIn', 'sign-in'],
  ['popup', 'sign-in in a popup'],
  ['userInfo', 'UserInfo, read by the page'],
  ['renewal', 'renewal without rotation of refresh tokens'],
  ['rotation', 'renewal with rotation'],
  ['reload', 'reload'],
  ['signOut', 'sign-out here'],
  ['otherApp', 'another application of the same person'],
  ['silent', '`prompt=none` at another application'],
  ['noSession', '`prompt=none` without a session'],
  ['signOutThere', 'sign-out in another application'],
  ['administrator', 'an administrator ends the session'],
  ['disabled', 'an account disabled'],
  ['sessions', 'a session on a server'],
  ['serverUserInfo', 'UserInfo, read by a server'],
  ['jwt', 'an API verifies a JWT'],
  ['introspection', 'an API asks by introspection'],
  ['keyRotation', 'a new signing key'],
  ['algorithms', 'each signature algorithm'],
  ['secretAlgorithms', 'HS256 with the client’s secret'],
]

const OF_LEMONLDAP = 'code of 2.16.1: `Lemonldap/NG/Portal/Issuer/OpenIDConnect.pm`'
const OF_OAUTHLIB = 'code of oauthlib 4.0.1:'
const OF_DJANGO = 'code of 3.4.1:'
const OF_GLEWLWYD = 'tried with 2.7.5'

const SILENT = '`prompt=none` is a server error, unless the site writes `validate_silent_login` itself.'
const HIDDEN = 'Errors of the token endpoint have no CORS headers: a page cannot read why a renewal failed, a server can.'
const NO_BODY = 'A refused refresh token gets the status 400 without a body: no client can tell that its session has ended.'
const silent = { fact: SILENT, source: `${OF_OAUTHLIB} \`oauthlib/openid/connect/core/request_validator.py\`` }
const hidden = { fact: HIDDEN, source: `${OF_OAUTHLIB} \`oauthlib/oauth2/rfc6749/grant_types/refresh_token.py\`` }
const noBody = { fact: NO_BODY, source: OF_GLEWLWYD }

/**
 * The providers: what each lacks, by the name of the scenario, and what a reader should know of one that it
 * plays; each with a source.
 */
export const PROVIDERS = {
  keycloak: {
    title: 'Keycloak',
    version: '26.7.3',
    lacks: {
      secretAlgorithms: {
        fact: 'ID tokens with HS256 are signed with a key of the realm, not with the client’s secret, so no client can check them.',
        source: '<https://github.com/keycloak/keycloak/issues/13823>',
      },
    },
    notes: {
      introspection: {
        fact: 'Introspection says that a token is active only to a client that the token names in `aud`.',
        source: 'tried with 26.7.3',
      },
    },
  },
  glewlwyd: {
    title: 'Glewlwyd',
    version: '2.7.5',
    lacks: {
      silent: {
        fact: '`prompt=none` needs an `id_token_hint`, which another application does not have.',
        source: OF_GLEWLWYD,
      },
      signOutThere: noBody,
      administrator: noBody,
      disabled: { fact: 'A refresh token of a disabled account stays valid.', source: OF_GLEWLWYD },
      secretAlgorithms: {
        fact: 'ID tokens are signed with a key of the plugin, never with the client’s secret.',
        source: 'manual of 2.7.5, `babelouest/glewlwyd@01b3bd4a:docs/OIDC.md`',
      },
    },
    notes: {
      sessions: {
        fact: 'After a sign-out without `state` the person stays on a page of Glewlwyd.',
        source: OF_GLEWLWYD,
      },
      introspection: { fact: 'A client introspects its own tokens only.', source: OF_GLEWLWYD },
      algorithms: {
        fact: 'With EdDSA, `at_hash` is made with SHA-256 instead of SHA-512: such a token is refused.',
        source: OF_GLEWLWYD,
      },
    },
  },
  lemonldap: {
    title: 'LemonLDAP::NG',
    version: '2.16.1',
    lacks: {
      rotation: { fact: 'Refresh tokens do not rotate.', source: OF_LEMONLDAP },
      noSession: { fact: 'Without a session, `prompt=none` shows the page of the sign-in.', source: OF_LEMONLDAP },
      disabled: {
        fact: 'Accounts are those of a directory, and the demonstration directory cannot disable one.',
        source: 'code of 2.16.1: `Lemonldap/NG/Portal/UserDB/Demo.pm`',
      },
    },
    notes: {
      keyRotation: {
        fact: 'The former key is not published any more. An API that knew it accepts its tokens until `keyGrace` is over.',
        source: 'code of 2.16.1: `rotateOidcKeys`',
      },
      jwt: {
        fact: 'An additional audience of access tokens is in ID tokens, too: name it in `trustedAudiences`.',
        source: 'tried with 2.16.1',
      },
    },
  },
  django: {
    title: 'django-oauth-toolkit',
    version: '3.4.1',
    lacks: {
      userInfo: {
        fact: 'UserInfo answers without CORS headers until the release after 3.4.1.',
        source: '<https://github.com/django-oauth/django-oauth-toolkit/issues/1782>',
      },
      silent,
      noSession: silent,
      disabled: {
        fact: 'A refresh token of an account that is not active stays valid; revoking it is left to the site.',
        source: '<https://github.com/django-oauth/django-oauth-toolkit/issues/717>',
      },
      jwt: { fact: 'Access tokens are random texts.', source: `${OF_DJANGO} \`oauth2_provider/settings.py\`` },
    },
    notes: {
      signOutThere: hidden,
      administrator: hidden,
      introspection: {
        fact: 'The metadata has no `introspection_endpoint`: set `endpoint`.',
        source: `${OF_DJANGO} \`oauth2_provider/views/oidc.py\``,
      },
      algorithms: { fact: 'RS256 is the only algorithm with a key pair.', source: `${OF_DJANGO} \`oauth2_provider/models.py\`` },
    },
  },
  'oidc-provider': {
    title: 'oidc-provider',
    version: '9.13.3',
    lacks: {
      signOutThere: {
        fact: 'A refresh token with `offline_access`, which the default `issueRefreshToken` wants, outlives the session.',
        source: 'code of 9.13.3: `lib/helpers/defaults.js`',
      },
    },
    notes: {
      renewal: {
        fact: 'A refresh token needs `refresh: true` and a sign-in with `prompt: \'consent\'`.',
        source: 'code of 9.13.3: `lib/actions/authorization/scopes.js`',
      },
    },
  },
}
