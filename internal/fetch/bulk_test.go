package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func response(body io.Reader, length int64) *http.Response {
	return &http.Response{Body: io.NopCloser(body), ContentLength: length}
}

func TestABodyIsReadWholeOrRefused(t *testing.T) {
	for _, size := range []int{0, 1, 16 << 10, smallBody - 1, smallBody, smallBody + 1, 3 * smallBody, 8<<20 - 1, 8 << 20} {
		for _, length := range []int64{int64(size), -1} {
			want := bytes.Repeat([]byte("x"), size)
			body, done, err := newBulk().read(t.Context(), response(bytes.NewReader(want), length), 8<<20)
			done()
			if err != nil || !bytes.Equal(body, want) {
				t.Errorf("%d bytes, announced as %d: got %d, %v", size, length, len(body), err)
			}
			if spare := cap(body) - len(body); spare > len(body)/4+16 {
				t.Errorf("%d bytes: %d more are kept", size, spare)
			}
		}
	}
	for _, length := range []int64{8<<20 + 1, -1} {
		_, done, err := newBulk().read(t.Context(), response(bytes.NewReader(make([]byte, 8<<20+1)), length), 8<<20)
		done()
		if !errors.Is(err, errTooLarge) {
			t.Errorf("a byte too many, announced as %d: %v", length, err)
		}
	}
}

func TestALimitBelowAnOrdinaryAnswerHolds(t *testing.T) {
	for size, want := range map[int]error{1000: nil, 1001: errTooLarge} {
		_, _, err := newBulk().read(t.Context(), response(strings.NewReader(strings.Repeat("x", size)), -1), 1000)
		if !errors.Is(err, want) {
			t.Errorf("%d of 1000 bytes: %v", size, err)
		}
	}
}

func TestABodyThatBreaksIsAnError(t *testing.T) {
	cut := io.MultiReader(bytes.NewReader(make([]byte, 2*smallBody)), iotest.ErrReader(io.ErrUnexpectedEOF))
	b := newBulk()
	_, done, err := b.read(t.Context(), response(cut, -1), 8<<20)
	done()
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(b) != 0 {
		t.Errorf("%v, %d places taken", err, len(b))
	}
}

func TestOnlySoManyLargeAnswersAreWorkedOnAtATime(t *testing.T) {
	b := newBulk()
	large := func(ctx context.Context) (func(), error) {
		_, done, err := b.read(ctx, response(bytes.NewReader(make([]byte, 2*smallBody)), -1), 8<<20)
		return done, err
	}
	var last func()
	for range largeAtATime {
		done, err := large(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		last = done
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := large(late); !errors.Is(err, context.Canceled) {
		t.Errorf("one more: %v, want it to wait until its time is up", err)
	}
	if _, _, err := b.read(late, response(strings.NewReader("{}"), -1), 8<<20); err != nil {
		t.Errorf("a small one: %v, want it to pass", err)
	}
	last()
	if _, err := large(t.Context()); err != nil {
		t.Errorf("after one was done: %v", err)
	}
}

func TestMemoryForABodyNeverExceedsItsLimit(t *testing.T) {
	body, err := fill(nil, bytes.NewReader(make([]byte, 20<<20)), 8<<20+1, -1)
	if err != nil || cap(body) > 8<<20+1 {
		t.Errorf("%d bytes of memory for a limit of 8 MiB (%v)", cap(body), err)
	}
}
