// Package sink takes what is logged and writes it when it can, so that who logs never waits and never fails: not for
// a pipe that nobody reads, not for a full disk, not for a reader that is gone.
//
//	log line ─▶ Write ─▶ pending ─▶ one goroutine ─▶ standard error
//	                     (bounded:   batches)
//	                      else lost, and counted)
//
// Where lines were lost, the first line that gets through again says how many.
package sink

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// Options say where lines go. To is needed.
type Options struct {
	To io.Writer
	// Limit bounds what waits to be written, in bytes. Default 1 MiB.
	Limit int
	// Lost writes a line that says how many were lost. Nil: nobody is told.
	Lost func(w io.Writer, lines int64)
}

// Sink is an io.Writer of whole lines. It is safe for use by many goroutines.
type Sink struct {
	opt  Options
	wake chan struct{}
	done chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	pending []byte
	lost    int64
	closed  bool
}

// New starts the sink's goroutine; [Sink.Close] ends it.
func New(opt Options) *Sink {
	if opt.Limit == 0 {
		opt.Limit = 1 << 20
	}
	s := &Sink{opt: opt, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go s.write()
	return s
}

// Write takes lines, or loses them where there is no room. It never fails.
func (s *Sink) Write(lines []byte) (int, error) {
	s.mu.Lock()
	if s.closed || len(s.pending)+len(lines) > s.opt.Limit {
		s.lost += countLines(lines)
	} else {
		s.pending = append(s.pending, lines...)
	}
	s.mu.Unlock()
	s.nudge()
	return len(lines), nil
}

func (s *Sink) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// Close writes what waits, for patience at most. Lines that come later are lost.
func (s *Sink) Close(patience time.Duration) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.nudge()
	select {
	case <-s.done:
	case <-time.After(patience): // the goroutine is stuck in the writer, and ends with the process
	}
}

// write is the goroutine.
func (s *Sink) write() {
	defer close(s.done)
	var batch []byte
	for range s.wake {
		var lost int64
		var closed bool
		batch, lost, closed = s.take(batch[:0])
		s.put(batch, lost)
		if closed {
			return
		}
	}
}

// take exchanges what is pending for an empty buffer.
func (s *Sink) take(empty []byte) (batch []byte, lost int64, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, s.pending = s.pending, empty
	lost, s.lost = s.lost, 0
	return batch, lost, s.closed
}

// put writes a batch and, once that works, what was lost meanwhile.
func (s *Sink) put(batch []byte, lost int64) {
	if len(batch) > 0 {
		if n, err := s.opt.To.Write(batch); err != nil {
			s.keepCount(lost + countLines(batch[min(n, len(batch)):]))
			return
		}
	}
	if lost == 0 || s.opt.Lost == nil {
		return
	}
	var line bytes.Buffer
	s.opt.Lost(&line, lost)
	if _, err := s.opt.To.Write(line.Bytes()); err != nil {
		s.keepCount(lost)
	}
}

func (s *Sink) keepCount(lost int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost += lost
}

func countLines(text []byte) int64 { return int64(bytes.Count(text, []byte{'\n'})) }
