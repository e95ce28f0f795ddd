/** A gate that a test opens: `passed` resolves after `open()`. */
export function makeGate() {
  let open
  const passed = new Promise((resolve) => {
    open = resolve
  })
  return { passed, open }
}
