//! A panic is a trap without a message. TypeScript throws the instance away and reports
//! `OIDC_INTERNAL`. Messages would add kilobytes to every page.

#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
