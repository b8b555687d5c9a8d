//! Bytes that mean something, found sixty-four at a time.

/// Which of sixty-four bytes are one of three: a bit each.
#[inline]
pub fn hits(block: &[u8; 64], [a, b, c]: [u8; 3]) -> u64 {
    let mut lanes = [0_u8; 64];
    for (lane, byte) in lanes.iter_mut().zip(block) {
        *lane = u8::from(*byte == a) | u8::from(*byte == b) | u8::from(*byte == c);
    }
    let mut hits = 0;
    for (place, lane) in lanes.chunks_exact(8).enumerate() {
        // The factor brings the lowest bit of byte n to bit n of the highest byte.
        let lane = u64::from_le_bytes(lane.try_into().expect("8 bytes"));
        hits |= (lane.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place);
    }
    hits
}

/// Calls a function with the hits of each sixty-four bytes and where they begin, until it says false.
#[inline]
pub fn each_hits<E>(
    bytes: &[u8],
    marks: [u8; 3],
    mut each: impl FnMut(u64, usize) -> Result<bool, E>,
) -> Result<(), E> {
    let blocks = bytes.chunks_exact(64);
    let rest = blocks.remainder();
    for (number, block) in blocks.enumerate() {
        if !each(hits(block.try_into().expect("64 bytes"), marks), number * 64)? {
            return Ok(());
        }
    }
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    each(hits(&last, marks) & !(u64::MAX << rest.len()), bytes.len() - rest.len())?;
    Ok(())
}
