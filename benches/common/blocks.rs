//! Blocks of the records that `pinflow emulate` writes, as readers hand them to decoding.

use pinflow::archive::PartitionName;
use pinflow::block::{self, Block, Messages, Origin};
use pinflow::emulate::Chance;
use pinflow::emulate::records::record::{Record, Spelling};
use pinflow::emulate::records::{Catalogue, CatalogueOptions, Post};
use pinflow::skips::Skips;
use pinflow_dataflows::kind::Kind;
use std::sync::Arc;

/// `replay.block_bytes` as shipped.
const BLOCK_BYTES: usize = 262_144;

/// The first records of all posts.
pub fn blocks(kind: Kind, posts: u64) -> Vec<Block> {
    let none = Chance::from_rate(0.0).expect("a rate");
    let catalogue =
        Catalogue::new(CatalogueOptions { seed: 1, posts, missing_geo: none, missing_user: none });
    let partition = Arc::new(PartitionName { topic: kind.name().to_owned(), number: Some(0) });
    let origin = Arc::new(Origin { source: "emulated".to_owned(), partition, object: String::new() });
    let (mut blocks, mut record) = (Vec::new(), Record::default());
    let (mut lines, mut first) = (Vec::new(), 0);
    for number in 0..posts {
        catalogue.fill(kind, Post { number, version: 0 }, &mut record);
        record.write_to(&mut lines, Spelling::PLAIN);
        lines.push(b'\n');
        let positions = number + 1 - first;
        if lines.len() >= BLOCK_BYTES || number + 1 == posts {
            let bytes = lines.len() as u64;
            let messages = Messages::Lines(std::mem::take(&mut lines));
            blocks.push(Block {
                kind,
                partition: 0,
                rank: 0,
                sequence: blocks.len() as u64,
                first_order: first + 1,
                first_position: first,
                positions,
                skips: Skips::default(),
                bytes,
                times: block::Times::default(),
                origin: origin.clone(),
                messages,
                envelopes: Vec::new(),
            });
            first = number + 1;
        }
    }
    blocks
}
