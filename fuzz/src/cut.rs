//! Ways to cut bytes into pieces.

use fastrand::Rng;

/// Where to cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    Whole,
    /// After every byte, with an empty piece in between. Long inputs are cut less often, so that none takes much more
    /// time than others.
    Bytewise,
    /// Into pieces of random lengths, many of them short and some empty.
    Random(u64),
    /// Where the input has marks; two marks in one place make an empty piece.
    Marked,
}

impl Cut {
    /// The ways to cut every input.
    pub fn ways(seed: u64) -> [Self; 4] {
        [Self::Whole, Self::Bytewise, Self::Random(seed), Self::Marked]
    }

    /// The pieces, which put together are `bytes`. `marks` are indices in order.
    pub fn pieces<'b>(self, bytes: &'b [u8], marks: &[usize]) -> Vec<&'b [u8]> {
        match self {
            Self::Whole => vec![bytes],
            Self::Bytewise => bytes.chunks(1 + bytes.len() / 2048).flat_map(|piece| [piece, &[]]).collect(),
            Self::Random(seed) => {
                let mut rng = Rng::with_seed(seed);
                let mut pieces = Vec::new();
                let mut rest = bytes;
                while !rest.is_empty() {
                    let below = [2, 4, 8, 32, 256, 32 * 1024][rng.usize(..6)];
                    let (piece, after) = rest.split_at(rest.len().min(rng.usize(..below)));
                    pieces.push(piece);
                    rest = after;
                }
                pieces
            }
            Self::Marked => {
                let starts = [0].into_iter().chain(marks.iter().copied());
                let ends = marks.iter().copied().chain([bytes.len()]);
                starts.zip(ends).map(|(start, end)| &bytes[start..end]).collect()
            }
        }
    }
}
