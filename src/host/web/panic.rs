//! A panic is a trap without words. TypeScript throws the instance away and says `OIDC_INTERNAL`;
//! a message would cost every page kilobytes that nobody ever reads.

#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
