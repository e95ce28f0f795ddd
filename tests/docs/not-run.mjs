const INSTALL = 'Installs from a registry; tests/packaging installs the packed package in the same way.'
const SERVERS = 'Starts servers that do not end; tests/browser runs the same app and the same provider.'
const ITSELF = 'Runs the tests, of which this is one.'
const RELEASE = 'Publishes a version; xtask tests what it refuses.'
const PUBLISHED = 'Needs a published version, and the network.'
const KEYCLOAK_CLIENT = 'Needs Keycloak: tests/interop imports it there.'
const KEYCLOAK = 'Needs Keycloak. The page says when it was tried, with which version.'
const COPY = 'A test asserts that it is the same text as an example that is run.'

/** The examples that no test runs, by their ids, with the reason. */
export const NOT_RUN = {
  'README.md#a-page': INSTALL,
  'README.md#try-it-test-it': ITSELF,
  'CONTRIBUTING.md#contributing': ITSELF,
  'docs/getting-started.md#2-install-the-package': INSTALL,
  'docs/keycloak.md#keycloak': KEYCLOAK_CLIENT,
  'docs/keycloak.md#roles': KEYCLOAK,
  'pkg-template/README.md#countersign': INSTALL,
  'pkg-template/README.md#a-page': COPY,
  'pkg-template/README.md#a-page.2': COPY,
  'pkg-template/README.md#an-api-in-a-worker': COPY,
  'pkg-template/README.md#a-session-on-a-server': COPY,
  'RELEASING.md#releasing': RELEASE,
  'RELEASING.md#once-before-the-first-release': RELEASE,
  'RELEASING.md#how-a-user-verifies-a-release': PUBLISHED,
  'RELEASING.md#how-a-user-verifies-a-release.2': PUBLISHED,
  'www/README.md#the-demo-and-a-tutorial': SERVERS,
  'tests/conformance/README.md#requirementstsv': 'It prints rows of a file of this repository.',
}
