package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
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
			body, done, err := newBulk(8<<20).read(t.Context(), response(bytes.NewReader(want), length))
			done()
			if err != nil || !bytes.Equal(body, want) {
				t.Errorf("%d bytes, announced as %d: got %d, %v", size, length, len(body), err)
			}
		}
	}
	for _, length := range []int64{8<<20 + 1, -1} {
		_, done, err := newBulk(8<<20).read(t.Context(), response(bytes.NewReader(make([]byte, 8<<20+1)), length))
		done()
		if !errors.Is(err, errTooLarge) {
			t.Errorf("a byte too many, announced as %d: %v", length, err)
		}
	}
}

func TestALimitBelowAnOrdinaryAnswerHolds(t *testing.T) {
	for size, want := range map[int]error{1000: nil, 1001: errTooLarge} {
		_, _, err := newBulk(1000).read(t.Context(), response(strings.NewReader(strings.Repeat("x", size)), -1))
		if !errors.Is(err, want) {
			t.Errorf("%d of 1000 bytes: %v", size, err)
		}
	}
}

func TestABodyThatBreaksIsAnError(t *testing.T) {
	cut := io.MultiReader(bytes.NewReader(make([]byte, 2*smallBody)), iotest.ErrReader(io.ErrUnexpectedEOF))
	b := newBulk(8 << 20)
	_, done, err := b.read(t.Context(), response(cut, -1))
	done()
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(b.places) != 0 {
		t.Errorf("%v, %d places taken", err, len(b.places))
	}
}

func TestOnlySoManyLargeAnswersAreWorkedOnAtATime(t *testing.T) {
	b := newBulk(8 << 20)
	large := func(ctx context.Context) (func(), error) {
		_, done, err := b.read(ctx, response(bytes.NewReader(make([]byte, 2*smallBody)), -1))
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
	if _, _, err := b.read(late, response(strings.NewReader("{}"), -1)); err != nil {
		t.Errorf("a small one: %v, want it to pass", err)
	}
	last()
	if _, err := large(t.Context()); err != nil {
		t.Errorf("after one was done: %v", err)
	}
}

func TestMemoryIsUsedAgain(t *testing.T) {
	b, body := newBulk(8<<20), make([]byte, 4<<20)
	read := func() {
		_, done, err := b.read(t.Context(), response(bytes.NewReader(body), -1))
		if err != nil {
			t.Fatal(err)
		}
		done()
	}
	read()
	before := allocated()
	for range 32 {
		read()
	}
	if grew := allocated() - before; grew > 150<<20 { // with -race, a pool drops every fourth; without a pool it is 264
		t.Errorf("32 bodies of 4 MiB took %d MiB of new memory", grew>>20)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
