import { createClient } from 'countersign'

const auth = createClient({
  issuer: globalThis.ISSUER,
  clientId: 'demo-spa',
  redirectUri: '/callback',
  allowLoopbackIssuer: true,
})

function show(tag, text, id) {
  const element = document.createElement(tag)
  element.textContent = text
  if (id) element.dataset.testid = id
  document.body.replaceChildren(element)
  return element
}

auth.start().then(
  (user) => {
    if (user) show('p', user.sub, 'sub')
    else show('button', 'Sign in').onclick = () => auth.signIn()
  },
  (error) => show('p', error.code ?? String(error), 'error-code'),
)
