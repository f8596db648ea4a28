//! How records are embedded in a request, by its media type.

/// What is embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, the one that is taken.
    Json,
    /// A format with a schema. The API wants the schema named in the request; without a registry it is not taken.
    WithSchema,
}

impl Format {
    /// The format of a media type; `application/json` means JSON here, not base64 as in the original, whose producers
    /// would find their objects refused.
    pub fn of(media_type: &str) -> Option<Format> {
        match media_type {
            "application/vnd.kafka.json.v2+json" | "application/vnd.kafka.json+json" | "application/json" => {
                Some(Format::Json)
            }
            "application/vnd.kafka.avro.v2+json"
            | "application/vnd.kafka.jsonschema.v2+json"
            | "application/vnd.kafka.protobuf.v2+json" => Some(Format::WithSchema),
            _ => None,
        }
    }
}
