//! Many at once: signing or verifying a batch uses every core.

use std::{num::NonZero, panic::resume_unwind, thread};

/// What `each` makes of every item, in the order of the items, on as many threads as there are cores. It is for work that
/// computes, such as signatures: nothing in it may wait. One item, or one core, starts no thread.
///
/// # Panics
/// When `each` does.
pub fn on_every_core<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(cores).max(1);
    let (own, others) = items.split_at(share.min(items.len()));
    thread::scope(|scope| {
        let each = &each;
        let others: Vec<_> = others
            .chunks(share)
            .map(|items| scope.spawn(move || items.iter().map(each).collect::<Vec<R>>()))
            .collect();
        let mut results: Vec<R> = own.iter().map(each).collect();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    #[test]
    fn every_item_has_its_result_at_its_place() {
        for length in [0, 1, 2, 3, 1000] {
            let items: Vec<usize> = (0..length).collect();
            let results = on_every_core(&items, |item| item * 2);
            assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_key_signs_on_every_core() {
        let key = SigningKey::generate();
        let messages: Vec<Vec<u8>> = (0..64).map(|message| vec![message; 32]).collect();
        let signatures = on_every_core(&messages, |message| key.sign(message));
        for (message, signature) in messages.iter().zip(signatures) {
            assert_eq!(key.public().verify(message, &signature), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "the last")]
    fn a_panic_is_not_swallowed() {
        on_every_core(&[1, 2, 3, 4, 5, 6, 7, 8], |item| assert_ne!(*item, 8, "the last"));
    }
}
