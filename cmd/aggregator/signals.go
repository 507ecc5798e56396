package main

import (
	"os"
	"os/signal"
	"syscall"
)

// signals are the first and the second request to stop, and requests to reload.
type signals struct {
	first, second chan struct{}
	reload        chan struct{} // at most one pending: a second request before the first was heard is the same
	release       func()
}

// listenForSignals watches for SIGTERM, SIGINT and SIGHUP, and for the program's own context where a test drives it.
func (p *program) listenForSignals() signals {
	s := signals{first: make(chan struct{}), second: make(chan struct{}), reload: make(chan struct{}, 1)}
	incoming := make(chan os.Signal, 4)
	signal.Notify(incoming, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	ended := make(chan struct{})
	s.release = func() { signal.Stop(incoming); close(ended) }
	var stopping <-chan struct{}
	if p.stopping != nil {
		stopping = p.stopping.Done()
	}
	go func() {
		next := []chan struct{}{s.first, s.second}
		for len(next) > 0 {
			select {
			case <-ended:
				return
			case <-stopping:
				stopping = nil
			case got := <-incoming:
				if got == syscall.SIGHUP {
					select {
					case s.reload <- struct{}{}:
					default:
					}
					continue
				}
			}
			close(next[0])
			next = next[1:]
		}
	}()
	return s
}
