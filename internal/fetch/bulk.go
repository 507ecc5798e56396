package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// bulk bounds the memory that the answers of a source take while they are read and decoded. Bodies are read into memory
// that is used again, and beyond smallBody only a few are worked on at a time, whatever the source's concurrency:
// sixty-four answers of maxBody at once would be half a gibibyte, and a compressed bomb of that size is some kilobytes
// on the wire.
type bulk struct {
	maxBody int64 // after decompression
	small   sync.Pool
	large   sync.Pool
	largest atomic.Int64  // bytes of a large one: no more than twice what the largest answer needed
	places  chan struct{} // for large ones
}

const (
	smallBody    = 256 << 10 // an ordinary answer is smaller
	largeAtATime = 2
)

func newBulk(maxBody int64) *bulk {
	b := &bulk{maxBody: maxBody, places: make(chan struct{}, largeAtATime)}
	b.small.New = func() any { return new(make([]byte, min(smallBody, b.most()))) }
	b.largest.Store(int64(min(4*smallBody, b.most())))
	b.large.New = func() any { return new(make([]byte, b.largest.Load())) }
	return b
}

// most is the room that the largest answer needs; the one more byte tells that there is more.
func (b *bulk) most() int { return int(b.maxBody) + 1 }

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
		copy(*large, *small)
		done()
		n, err = b.fillLarge(large, n, resp)
		return (*large)[:n], leave, b.fits(n, err)
	}
	return (*small)[:n], done, b.fits(n, err)
}

func (b *bulk) fits(n int, err error) error {
	if err == nil && int64(n) > b.maxBody {
		return errTooLarge
	}
	return err
}

// fillLarge reads on into large behind the first n bytes, and makes it larger: at once where upstream says how much there
// will be.
func (b *bulk) fillLarge(large *[]byte, n int, resp *http.Response) (int, error) {
	b.grow(large, n, int(resp.ContentLength)+1)
	for {
		var err error
		if n, err = fill(*large, n, resp.Body); err != nil || n < len(*large) || n == b.most() {
			return n, err
		}
		b.grow(large, n, 2*n)
	}
}

// grow makes large hold so many bytes or somewhat more, as far as that is allowed, and keeps the first n.
func (b *bulk) grow(large *[]byte, n, size int) {
	size = (size + smallBody - 1) / smallBody * smallBody
	if size = min(size, b.most()); size > len(*large) {
		more := make([]byte, size)
		copy(more, (*large)[:n])
		*large = more
		b.largest.Store(max(b.largest.Load(), int64(size))) // of two that race either will do
	}
}

// enter waits for a place among the large ones.
func (b *bulk) enter(ctx context.Context) (large *[]byte, leave func(), err error) {
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	room := b.large.Get().(*[]byte)
	return room, func() {
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
