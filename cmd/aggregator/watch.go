package main

import (
	"log/slog"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before it is read: editors and copies write in several steps.
const settle = 200 * time.Millisecond

// watchFile reports changes of file until stop is closed. Its folder is watched, not the file: editors and Kubernetes
// put a new file in the old one's place. A folder that cannot be watched is logged; SIGHUP works all the same.
func watchFile(file string, log *slog.Logger, stop <-chan struct{}) <-chan struct{} {
	changed := make(chan struct{})
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		err = watcher.Add(filepath.Dir(file))
	}
	if err != nil {
		log.Warn("changes of the configuration file are not noticed; send SIGHUP to reload", "reason", err)
		return changed
	}
	go func() {
		defer watcher.Close()
		quiet := time.NewTimer(settle)
		quiet.Stop()
		for {
			select {
			case <-stop:
				return
			case event, ok := <-watcher.Events:
				if !ok {
					return
				}
				if event.Op != fsnotify.Chmod {
					quiet.Reset(settle)
				}
			case <-watcher.Errors:
			case <-quiet.C:
				select {
				case changed <- struct{}{}:
				case <-stop:
					return
				}
			}
		}
	}()
	return changed
}
