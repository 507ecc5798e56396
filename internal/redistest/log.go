package redistest

import (
	"bytes"
	"log/slog"
	"sync"
)

// Log are a log that can be read while it is written.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
