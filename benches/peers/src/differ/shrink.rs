//! Makes a find small: fewer bytes, fewer chunks, plainer bytes, as long as it stays the same fault.

use super::Find;
use crate::conformance::decoders::Cut;

/// What stands for a byte that does not matter, the plainest first.
const PLAIN: &[u8] = b"\na1";

pub(super) fn shrink(mut find: Find, is_same: impl Fn(&Find) -> bool) -> Find {
    loop {
        let before = (find.wire.clone(), find.cut);
        find = fewer_chunks(find, &is_same);
        find = fewer_bytes(find, &is_same);
        find = plainer_bytes(find, &is_same);
        if before == (find.wire.clone(), find.cut) {
            return find;
        }
    }
}

fn fewer_chunks(find: Find, is_same: &impl Fn(&Find) -> bool) -> Find {
    let cuts = core::iter::once(Cut::Whole).chain((1..find.wire.len()).map(Cut::At));
    let fewer = cuts.map(|cut| Find { cut, ..find.clone() }).find(|other| other.size() < find.size() && is_same(other));
    fewer.unwrap_or(find)
}

/// Without stretches of it: long ones first.
fn fewer_bytes(mut find: Find, is_same: &impl Fn(&Find) -> bool) -> Find {
    let mut len = find.wire.len();
    while len > 0 {
        let mut start = 0;
        while start + len <= find.wire.len() {
            let mut wire = find.wire.clone();
            wire.drain(start..start + len);
            let shorter = Find { wire, cut: moved(find.cut, start, len) };
            if is_same(&shorter) {
                find = shorter;
            } else {
                start += 1;
            }
        }
        len = if len > find.wire.len() { find.wire.len() } else { len - 1 };
    }
    find
}

/// The same place, after `len` bytes from `start` on have gone.
fn moved(cut: Cut, start: usize, len: usize) -> Cut {
    let moved = |at: usize| if at >= start + len { at - len } else { at.min(start) };
    match cut {
        Cut::At(at) => Cut::At(moved(at)),
        Cut::EmptyAt(at) => Cut::EmptyAt(moved(at)),
        cut => cut,
    }
}

fn plainer_bytes(mut find: Find, is_same: &impl Fn(&Find) -> bool) -> Find {
    for index in 0..find.wire.len() {
        for &byte in PLAIN.iter().take_while(|&&byte| byte != find.wire[index]) {
            let mut wire = find.wire.clone();
            wire[index] = byte;
            let plainer = Find { wire, cut: find.cut };
            if is_same(&plainer) {
                find = plainer;
                break;
            }
        }
    }
    find
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_left() {
        let wire = b"id: 7\ndata: xyz\r\n\r\nevent: t\ndata\0\n\n".to_vec();
        let needs = |find: &Find| find.wire.contains(&0) && find.wire.contains(&b'\r');
        let found = shrink(Find { wire, cut: Cut::EmptyAt(5) }, needs);
        assert_eq!((&found.wire[..], found.cut), (&b"\r\0"[..], Cut::Whole));
    }

    #[test]
    fn a_cut_that_matters_is_left_where_it_was() {
        let wire = b"data: a\n\ndata: b\n\n".to_vec();
        let between = |find: &Find| {
            let chunks = find.cut.chunks(&find.wire);
            chunks.windows(2).any(|pair| pair[0].ends_with(b"d") && pair[1].starts_with(b"a"))
        };
        let found = shrink(Find { wire, cut: Cut::At(10) }, between);
        assert_eq!((&found.wire[..], found.cut), (&b"da"[..], Cut::At(1)));
    }
}
