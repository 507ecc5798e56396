package app

import "context"

// record is what the SDK tells DexCare about its own doing.
type record struct {
	message, visit string
	data           object
}

// log sends a record. What is answered does not matter, and nothing is repeated.
func (p *Phone) log(ctx context.Context, r record) {
	body := object{"message": r.message, "connectionType": "wifi"}
	if r.visit != "" {
		body["visitId"] = r.visit
	}
	if r.data != nil {
		body["data"] = r.data
	}
	p.mu.Lock()
	if p.last != "" {
		body["lastCorrelationId"] = p.last
	}
	p.mu.Unlock()
	_, _ = p.attempt(ctx, clientLog, question{body: body})
}
