package api

import (
	"net/http"
	"strconv"
	"time"
	"unsafe"

	"timeslots/internal/api/accel"
	"timeslots/internal/api/door"
)

// Respond implements accel.Responder: the hit path again, for connections that are answered without net/http. It says
// what serveHit says, in the same headers.
func (s *Server) Respond(r *accel.Request, w *accel.Reply) bool {
	found, answer, strict := s.findHit(unsafeText(r.Path), unsafeText(r.Query))
	if answer == nil {
		return false
	}
	route := routeOf(r.Path)
	start := s.opt.Now()
	s.opt.Recorder.RequestStarted()
	s.opt.Recorder.CacheLookup("response", answer.lookupResult(start), 1)
	s.tellServing(answer, found.use.label, start)

	status, v := http.StatusOK, answer.chooseBytes(r.AcceptEncoding, s.encoders)
	if len(r.IfNoneMatch) > 0 && matchesTag(unsafeText(r.IfNoneMatch), v.etag[0]) {
		status = http.StatusNotModified
	}
	head := w.Head
	if status == http.StatusOK {
		head = append(head, headOK...)
		head = append(head, v.head...)
	} else {
		head = append(head, headNotModified...)
		head = append(append(append(head, "Etag: "...), v.etag[0]...), crlf...)
	}
	head = append(head, s.varyHead...)
	head = append(head, found.use.head...)
	head = append(head, answer.clockHeadersAt(start).head...)
	if strict {
		head = append(head, "Timeslots-Consistency: strict\r\n"...)
	} else {
		head = append(head, "Timeslots-Consistency: best-effort\r\n"...)
	}
	head = append(head, "Correlation-Id: "...)
	idAt := len(head)
	head = appendCorrelationID(head, r.CorrelationID)
	id := head[idAt:]
	w.Head = append(head, "\r\n\r\n"...)
	sent := 0
	if status == http.StatusOK && !r.Head {
		w.Body, sent = v.body, len(v.body)
	}
	took := s.opt.Now().Sub(start)
	cache := answer.cacheLabel(start)
	s.opt.Recorder.RequestEnded(found.use.label, route, status, cache, took)
	s.hits.add(hitKind{product: found.use.label, route: route, status: status, cache: cache}, sent, took, id)
	return true
}

// Parts of heads that never change.
const (
	crlf            = "\r\n"
	headOK          = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
	headNotModified = "HTTP/1.1 304 Not Modified\r\nX-Content-Type-Options: nosniff\r\n"
)

// routeOf is the route's own text, which outlives the request.
func routeOf(path []byte) string {
	if string(path) == routeTimeslots {
		return routeTimeslots
	}
	return routeNextAvailable
}

// unsafeText is b as a string, for a look-up that ends before b changes.
func unsafeText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// appendCorrelationID appends the client's own id, when it looks like one, else a new one.
func appendCorrelationID(b, own []byte) []byte {
	if door.IsCorrelationID(unsafeText(own)) {
		return append(b, own...)
	}
	id := door.RandomUUID()
	return append(b, id[:]...)
}

// clockHead is the headers that change once a second, as bytes.
func clockHead(age, cacheStatus string, now time.Time) []byte {
	b := make([]byte, 0, 160)
	b = append(append(b, "Age: "...), age...)
	b = append(append(b, "\r\nCache-Status: "...), cacheStatus...)
	b = append(b, "\r\nDate: "...)
	b = now.UTC().AppendFormat(b, http.TimeFormat)
	return append(b, crlf...)
}

// variantHead is the headers of one content coding, as bytes.
func variantHead(v *variant) []byte {
	b := append([]byte("Etag: "), v.etag[0]...)
	if v.encoding != nil {
		b = append(append(b, "\r\nContent-Encoding: "...), v.encoding[0]...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(v.body)), 10)
	return append(b, crlf...)
}
