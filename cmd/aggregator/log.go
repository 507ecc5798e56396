package main

import (
	"io"
	"log/slog"
	"os/signal"
	"syscall"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/cmd/aggregator/internal/sink"
)

// flushPatience is how long the end of the program waits for what was logged to be written.
const flushPatience = time.Second

// neverWaitForReaders puts a sink before standard error: a pipe that nobody reads stops no request, a full disk neither,
// and a reader that is gone does not end the process.
func (p *program) neverWaitForReaders(cfg config.Log) {
	signal.Ignore(syscall.SIGPIPE) // else a write to a standard error that is gone is the end
	out := sink.New(sink.Options{To: p.stderr, Lost: func(w io.Writer, lines int64) {
		log, _ := newLogger(w, cfg)
		log.Error("log lines were lost, because they could not be written", "lines", lines)
	}})
	p.stderr, p.flush = out, func() { out.Close(flushPatience) }
}

func newLogger(w io.Writer, cfg config.Log) (*slog.Logger, *slog.LevelVar) {
	level := &slog.LevelVar{}
	_ = level.UnmarshalText([]byte(cfg.Level)) // validated
	opt := &slog.HandlerOptions{Level: level}
	if cfg.Format == "text" {
		return slog.New(slog.NewTextHandler(w, opt)), level
	}
	return slog.New(slog.NewJSONHandler(w, opt)), level
}
