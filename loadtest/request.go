package main

import (
	"net/http"
	"net/url"
)

type request struct {
	method string // empty: GET
	path   string // with its query, below the target
	header http.Header
	body   []byte
}

func page(query url.Values) request { return request{path: "/v1/timeslots?" + query.Encode()} }

// pageHeader names the encoding, which keeps the transport from decompressing: bytes are those of the wire.
var pageHeader = http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
