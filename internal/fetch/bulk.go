package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// bulk bounds the memory that the large answers of a source take while they are read and decoded: beyond smallBody, only
// a few are worked on at a time, whatever the source's concurrency. Sixty-four answers of maxBody at once would be half
// a gibibyte, and a compressed bomb of that size is some kilobytes on the wire.
type bulk chan struct{}

const (
	smallBody    = 256 << 10 // an ordinary answer is smaller
	largeAtATime = 4
)

func newBulk() bulk { return make(bulk, largeAtATime) }

var errTooLarge = errors.New("body is larger than sources.*.maxBody")

// read reads a whole body, at most maxBody bytes of it after decompression. done is to be called, error or not, when
// the body has been worked on.
func (b bulk) read(ctx context.Context, resp *http.Response, maxBody int64) (body []byte, done func(), err error) {
	done = func() {}
	if resp.ContentLength > maxBody {
		return nil, done, errTooLarge
	}
	most := int(maxBody) + 1 // one more tells that there is more
	body, err = fill(nil, resp.Body, min(smallBody, most), int(resp.ContentLength))
	if err == nil && len(body) == smallBody {
		select {
		case b <- struct{}{}:
			done = func() { <-b }
		case <-ctx.Done():
			return nil, done, ctx.Err()
		}
		body, err = fill(body, resp.Body, most, int(resp.ContentLength))
	}
	if err == nil && len(body) > int(maxBody) {
		err = errTooLarge
	}
	if cap(body) > len(body)+len(body)/4 { // the body may be kept: do not keep spare room with it
		body = bytes.Clone(body)
	}
	return body, done, err
}

// fill reads on behind body until most bytes are there or r ends. Memory grows with what arrives, twofold at most, and
// never beyond most; announced is what the sender says there will be, −1 when it does not.
func fill(body []byte, r io.Reader, most, announced int) ([]byte, error) {
	const first = 16 << 10
	for len(body) < most {
		if len(body) == cap(body) {
			size := min(max(first, 2*cap(body)), most)
			if announced > len(body) {
				size = min(announced+1, most) // the one more finds the end without another round
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := r.Read(body[len(body):min(cap(body), most)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return body, err
		}
	}
	return body, nil
}
