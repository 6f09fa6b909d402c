//! What servers send.

use super::Seen::{Comment, Retry};
use super::{Row, event, message, row};

pub const ROWS: &[Row] = &[
    row(
        "a chat stream and its end",
        b"data: {\"choices\":[{\"delta\":{\"content\":\" Hi\"}}]}\n\ndata: [DONE]\n\n",
        &[message("{\"choices\":[{\"delta\":{\"content\":\" Hi\"}}]}"), message("[DONE]")],
    ),
    row("an end without its blank line", b"data: {}\n\ndata: [DONE]\n", &[message("{}")]).unfinished(message("[DONE]")),
    row("an end without its line end", b"data: {}\n\ndata: [DONE]", &[message("{}")]).unfinished(message("[DONE]")),
    row(
        "named events",
        b"event: message_start\ndata: {\"type\":\"message_start\"}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
        &[event("message_start", "{\"type\":\"message_start\"}"), event("ping", "{\"type\": \"ping\"}")],
    ),
    row(
        "a priming event with empty data",
        b"id: 0\nretry: 3000\ndata: \n\nevent: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\"}\n\n",
        &[Retry(3000), message("").id("0"), message("{\"jsonrpc\":\"2.0\"}").id("1")],
    )
    .last_event_id("1")
    .reconnection_time(3000),
    row(
        "comments while nothing else comes",
        b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\n",
        &[Comment("OPENROUTER PROCESSING"), Comment("OPENROUTER PROCESSING"), message("{}")],
    ),
    row("JSON over several lines", b"data: {\ndata:   \"a\": 1\ndata: }\n\n", &[message("{\n  \"a\": 1\n}")]),
    row("JSON over several lines, sent raw", b"data: {\n  \"a\": 1\n}\n\n", &[message("{")]),
    row("an error body that is no stream", b"{\"error\": {\"message\": \"no\"}}\n", &[]),
    row("a page that is no stream", b"<html>\n<body>502: Bad Gateway</body>\n</html>\n\n", &[]),
    row(
        "padding first",
        b":                                \n\ndata: a\n\n",
        &[Comment("                               "), message("a")],
    ),
    row(
        "retry first",
        b"retry: 3000\n\nevent: price\nid: 7\ndata: 1.25\n\n",
        &[Retry(3000), event("price", "1.25").id("7")],
    )
    .last_event_id("7")
    .reconnection_time(3000),
];
