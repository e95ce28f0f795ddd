// The life of the page: start once, then show what the client says.
import { auth } from './auth.ts'
import { showPanel } from './panel/index.ts'
import { clearFailure, showFailure, showWarning } from './view/failure.ts'
import { signedInView } from './view/signed-in.ts'
import { signedOutView } from './view/signed-out.ts'
import { tokenCard } from './view/token.ts'

const view = document.querySelector('#view')!
// Outlives a renewal, which may come in the middle of a call; not a person.
let token: { of: string; shown: HTMLElement } | undefined
const status = document.querySelector('#status')!

auth.subscribe(show)
showPanel(auth, document.querySelector('#panel')!)
auth.addEventListener('degraded', (event) => showWarning(event.error))

// The provider's sign-out page shows this address in a frame: whom it names is signed out, in every
// tab. Any other finishes a sign-in when it is the provider's answer, else restores the session. It
// rejects when an answer was refused; nobody being signed in is no failure.
const isFrame = location.pathname === '/front-channel-logout'
const begun = isFrame ? auth.frontchannelLogout() : auth.start()
begun.catch(showFailure).finally(show)

function show() {
  const { user } = auth
  if (user) {
    status.textContent = 'Signed in'
    if (token?.of !== user.sub) token = { of: user.sub, shown: tokenCard(auth) }
    view.replaceChildren(signedInView(auth, user, leave, token.shown))
  } else if (auth.status === 'signedOut') {
    status.textContent = 'Signed out'
    token = undefined
    view.replaceChildren(signedOutView(enter))
  }
}

// Leaves the page. It comes back through a failure only: the provider out of reach, or the person
// pressing "back".
function enter() {
  clearFailure()
  auth.signIn().catch(showFailure)
}

function leave() {
  clearFailure()
  auth.signOut().catch(showFailure)
}
