package api

import "sync"

// encoders make content codings behind the answers that do without them meanwhile: one at a time, so that they never
// take more than one core from those who wait. Close ends it.
type encoders struct {
	work chan func()
	wg   sync.WaitGroup
	once sync.Once
	stop chan struct{}
}

// encoderQueue is how many codings may wait. One that finds no room is ordered again by the next who
// wants it.
const encoderQueue = 64

func newEncoders() *encoders {
	e := &encoders{work: make(chan func(), encoderQueue), stop: make(chan struct{})}
	e.wg.Go(e.run)
	return e
}

func (e *encoders) run() {
	for {
		select {
		case <-e.stop:
			return
		case work := <-e.work:
			work()
		}
	}
}

// add asks for work to be done soon; false when there is no room or nobody to do it.
func (e *encoders) add(work func()) bool {
	if e == nil {
		return false
	}
	select {
	case e.work <- work:
		return true
	default:
		return false
	}
}

func (e *encoders) close() {
	e.once.Do(func() { close(e.stop) })
	e.wg.Wait()
}
