package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// bulk bounds the memory that the answers of a source take while they are read and decoded. Bodies are read into memory
// that is used again, and beyond smallBody only a few are worked on at a time, whatever the source's concurrency:
// sixty-four answers of maxBody at once would be half a gibibyte, and a compressed bomb of that size is some kilobytes
// on the wire.
type bulk struct {
	maxBody int64 // after decompression
	small   sync.Pool
	large   sync.Pool
	places  chan struct{} // for large ones
}

const (
	smallBody    = 256 << 10 // an ordinary answer is smaller
	largeAtATime = 2
)

func newBulk(maxBody int64) *bulk {
	most := int(maxBody) + 1 // the one more tells that there is more
	return &bulk{
		maxBody: maxBody, places: make(chan struct{}, largeAtATime),
		small: sync.Pool{New: func() any { return new(make([]byte, min(smallBody, most))) }},
		large: sync.Pool{New: func() any { return new(make([]byte, most)) }},
	}
}

// ErrTooLarge is in the chain of the error of a read whose answer is larger than the service takes. Asking for less helps.
var ErrTooLarge = errors.New("the answer is too large")

var errTooLarge = fmt.Errorf("%w: its body is larger than sources.*.maxBody", ErrTooLarge)

// read reads a whole body, at most maxBody bytes of it after decompression. The body is good until done is called, which
// is due in any case.
func (b *bulk) read(ctx context.Context, resp *http.Response) (body []byte, done func(), err error) {
	if resp.ContentLength > b.maxBody {
		return nil, func() {}, errTooLarge
	}
	small := b.small.Get().(*[]byte)
	done = func() { b.small.Put(small) }
	n, err := fill(*small, 0, resp.Body)
	if err == nil && n == smallBody && b.maxBody >= smallBody {
		large, leave, waited := b.enter(ctx)
		if waited != nil {
			return nil, done, waited
		}
		copy(large, *small)
		done()
		done = leave
		n, err = fill(large, n, resp.Body)
		return large[:n], done, b.fits(n, err)
	}
	return (*small)[:n], done, b.fits(n, err)
}

func (b *bulk) fits(n int, err error) error {
	if err == nil && int64(n) > b.maxBody {
		return errTooLarge
	}
	return err
}

// enter waits for a place among the large ones.
func (b *bulk) enter(ctx context.Context) (large []byte, leave func(), err error) {
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	room := b.large.Get().(*[]byte)
	return *room, func() {
		b.large.Put(room)
		<-b.places
	}, nil
}

// fill reads on into room behind the first n bytes, until it is full or r ends.
func fill(room []byte, n int, r io.Reader) (int, error) {
	for n < len(room) {
		more, err := r.Read(room[n:])
		n += more
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
