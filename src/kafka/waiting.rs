//! Items on their way to the workers: as many as are taken at once, and those that wait behind them.

use crate::archive::Item;
use crossbeam_channel::{Sender, TrySendError};
use std::collections::VecDeque;

/// Items that wait.
pub struct Waiting {
    sender: Sender<Item>,
    items: VecDeque<Item>,
    bytes: u64,
    pushed: u64,
}

/// Nobody takes any more.
#[derive(Debug)]
pub struct Ended;

impl Waiting {
    /// Nothing waits yet.
    pub fn new(sender: Sender<Item>) -> Waiting {
        Waiting { sender, items: VecDeque::new(), bytes: 0, pushed: 0 }
    }

    /// Adds an item behind the others.
    pub fn push(&mut self, item: Item) {
        self.bytes += bytes(&item);
        self.pushed += 1;
        self.items.push_back(item);
    }

    /// All that has come is among the items, if there are any.
    pub fn all_read(&mut self) {
        if !matches!(self.items.back(), None | Some(Item::AllRead)) {
            self.push(Item::AllRead);
        }
    }

    /// Hands over what is taken now; says whether anything was.
    pub fn hand_over(&mut self) -> Result<bool, Ended> {
        let mut any = false;
        while let Some(item) = self.items.pop_front() {
            let bytes = bytes(&item);
            match self.sender.try_send(item) {
                Ok(()) => {
                    self.bytes -= bytes;
                    any = true;
                }
                Err(TrySendError::Full(item)) => {
                    self.items.push_front(item);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => return Err(Ended),
            }
        }
        Ok(any)
    }

    /// How many items have been added.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// How many of them have been handed over.
    pub fn handed_over(&self) -> u64 {
        self.pushed - self.items.len() as u64
    }

    /// Bytes that wait.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

fn bytes(item: &Item) -> u64 {
    match item {
        Item::Block(block, _) => block.bytes,
        _ => 0,
    }
}
