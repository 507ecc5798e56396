package response

import "sync"

// Coder makes content codings in the background, for answers that do without them meanwhile: one at a time, so that it never
// takes more than one core from those who wait. Close ends it.
type Coder struct {
	work chan func()
	wg   sync.WaitGroup
	once sync.Once
	stop chan struct{}
}

// coderQueue is how many codings may wait. One that finds no room is ordered again by the next who wants it.
const coderQueue = 64

// NewCoder starts one.
func NewCoder() *Coder {
	c := &Coder{work: make(chan func(), coderQueue), stop: make(chan struct{})}
	c.wg.Go(c.run)
	return c
}

func (c *Coder) run() {
	for {
		select {
		case <-c.stop:
			return
		case work := <-c.work:
			work()
		}
	}
}

// add asks for work to be done soon; false when there is no room or nobody to do it.
func (c *Coder) add(work func()) bool {
	if c == nil {
		return false
	}
	select {
	case c.work <- work:
		return true
	default:
		return false
	}
}

// Close waits for the coding that is being made.
func (c *Coder) Close() {
	c.once.Do(func() { close(c.stop) })
	c.wg.Wait()
}
