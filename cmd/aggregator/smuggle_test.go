package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig/figure"
)

// raw sends bytes as they are and reads answers until the service hangs up, or says nothing more for patience.
func raw(t *testing.T, service *running, text string, patience time.Duration) (answers []reply) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(service.public, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { _, _ = io.WriteString(c, text) }()
	in := bufio.NewReader(c)
	for {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers
		}
		body, _ := io.ReadAll(answer.Body)
		answers = append(answers, reply{answer.StatusCode, answer.Header, body})
	}
}

// rawStatus sends a path that no client library would leave as it is.
func rawStatus(t *testing.T, service *running, method, path, token string) int {
	t.Helper()
	text := method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	if token != "" {
		text += "Authorization: " + token + "\r\n"
	}
	if method == http.MethodPost {
		text += "Content-Length: 2\r\n\r\n{}"
	} else {
		text += "\r\n"
	}
	answers := raw(t, service, text, hanging)
	if len(answers) != 1 {
		t.Errorf("%s %q: %d answers", method, path, len(answers))
		return 0
	}
	return answers[0].status
}

const bookingHead = "POST /dexcare/api/6/visits/retail HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer patient-1\r\nContent-Type: application/json\r\n"

// Each of these reaches upstream as one request or not at all, and what is hidden in it never does (docs/faults.md §2 E).
func TestABookingIsNeverTwoRequests(t *testing.T) {
	figure.Beside(t)
	const body = `{"visitDetails":{}}` // upstream refuses it, so that every case may be sent
	const hidden = "GET /dexcare/v1/patient HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer patient-2\r\n\r\n"
	length := "Content-Length: 19\r\n"
	chunked := "13\r\n" + body + "\r\n0\r\n\r\n"
	tests := map[string]struct {
		text   string
		sent   int // bookings that upstream sees
		status int
	}{
		"as usual":                 {bookingHead + length + "\r\n" + body, 1, 400},
		"chunked":                  {bookingHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked, 1, 400},
		"chunked, then hidden":     {bookingHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked + hidden, 1, 400},
		"CL.TE":                    {bookingHead + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 0, 400},
		"TE.CL":                    {bookingHead + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunked + hidden, 0, 400},
		"TE.TE":                    {bookingHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunked + hidden, 0, 501},
		"CL.CL":                    {bookingHead + length + "Content-Length: 0\r\n\r\n" + body + hidden, 0, 400},
		"folded":                   {bookingHead + "X-A: b\r\n Transfer-Encoding: chunked\r\n" + length + "\r\n" + body, 0, 400},
		"bare LF":                  {strings.ReplaceAll(bookingHead+length, "\r\n", "\n") + "\n" + body, 0, 400},
		"HTTP/1.0 with chunks":     {strings.Replace(bookingHead, "1.1", "1.0", 1) + "Transfer-Encoding: chunked\r\n\r\n" + chunked + hidden, 0, 400},
		"a malformed chunk":        {bookingHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body + "\r\n0\r\n\r\n" + hidden, 0, 400},
		"a chunk with bare LF":     {bookingHead + "Transfer-Encoding: chunked\r\n\r\n13\n" + body + "\r\n0\r\n\r\n" + hidden, 0, 400},
		"a trailer nobody reads":   {bookingHead + "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n13\r\n" + body + "\r\n0\r\nAuthorization: Bearer other\r\n\r\n", 1, 400},
		"the token is for us only": {bookingHead + "Connection: authorization\r\n" + length + "\r\n" + body, 0, 400},
		"the length is for us":     {bookingHead + "Connection: close, content-length\r\n" + length + "\r\n" + body, 0, 400},
		"100-continue":             {bookingHead + "Expect: 100-continue\r\n" + length + "\r\n" + body, 1, 100},
		"an upgrade":               {bookingHead + "Connection: Upgrade\r\nUpgrade: websocket\r\n" + length + "\r\n" + body, 1, 400},
		"an upgrade to h2c":        {bookingHead + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n" + length + "\r\n" + body, 1, 400},
		"a URL":                    {strings.Replace(bookingHead, "POST ", "POST http://slots.example.org", 1) + length + "\r\n" + body, 1, 400},
		"two tokens":               {bookingHead + "Authorization: Bearer patient-2\r\n" + length + "\r\n" + body, 0, 401},
		"an encoded body":          {bookingHead + "Content-Encoding: gzip\r\n" + length + "\r\n" + body, 0, 415},
		"a body that breaks off":   {bookingHead + "Content-Length: 1000\r\n\r\n" + body, 0, 0},
	}
	service, simulator := startPair(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := calls(t, simulator)
			patience := hanging
			if tt.status == 0 {
				patience = 300 * time.Millisecond
			}
			text := tt.text
			if tt.status == 400 && tt.sent == 1 || tt.status == 100 || tt.status == 401 || tt.status == 415 { // the connection stays open: end it
				text += "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
			}
			answers := raw(t, service, text, patience)
			after := calls(t, simulator)
			if n := after["retail-booking"] - before["retail-booking"]; n != tt.sent {
				t.Errorf("upstream saw %d bookings, want %d", n, tt.sent)
			}
			if n := after["*"] - before["*"]; n != tt.sent {
				t.Errorf("upstream saw %d calls in all, want %d", n, tt.sent)
			}
			if tt.status == 0 && len(answers) > 0 || tt.status != 0 && (len(answers) == 0 || answers[0].status != tt.status) {
				t.Errorf("answers %+v, want first %d", answers, tt.status)
			}
		})
	}
}

// The accelerator answers what is plain; what is behind it on the connection is judged as if it stood alone.
func TestBehindAHitOddFramingsAreRefusedAllTheSame(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	get(t, service.public+hotClinic)
	const hit = "GET " + hotClinic + " HTTP/1.1\r\nHost: a\r\n\r\n"
	const hidden = "GET /dexcare/v1/patient HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer patient-2\r\n\r\n"
	before := calls(t, simulator)["patient"]
	for name, odd := range map[string]string{
		"CL.TE":         bookingHead + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"bare LF":       "GET " + hotClinic + " HTTP/1.1\nHost: a\n\n",
		"one bare LF":   "GET " + hotClinic + " HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
		"folded":        "GET " + hotClinic + " HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
		"a body":        "GET " + hotClinic + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
		"HTTP/1.0 + TE": "GET " + hotClinic + " HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"an authority":  "GET evil.example:80 HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		answers := raw(t, service, hit+hit+odd+hidden, hanging)
		if len(answers) != 3 || answers[0].status != 200 || answers[1].status != 200 || answers[2].status/100 != 4 {
			t.Errorf("%s: %d answers, want two hits and a refusal", name, len(answers))
		}
	}
	if n := calls(t, simulator)["patient"] - before; n != 0 {
		t.Errorf("upstream saw %d of the hidden calls", n)
	}
}
