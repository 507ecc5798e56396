package fetch

import (
	"context"
	"sync"
)

// FanOut runs work(i) for every i below n, at most width at a time, and returns when all have returned. Once ctx has
// ended no further work is started; started tells how many were.
func FanOut(ctx context.Context, n, width int, work func(ctx context.Context, i int)) (started int) {
	var wg sync.WaitGroup
	places := make(chan struct{}, max(1, width))
	for i := range n {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			wg.Wait()
			return i
		}
		wg.Go(func() {
			defer func() { <-places }()
			work(ctx, i)
		})
	}
	wg.Wait()
	return n
}
