package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const (
	filePrefix    = "file:"
	maxConfigFile = 1 << 20
	maxValueFile  = 8 << 20 // a table of all postal codes of the country is about 1 MiB
)

// fileText is the content of a file that stands for a value, without one trailing newline. It remembers the file, so
// that the value can be printed as it was written.
func (d decoder) fileText(path, key string) (string, bool) {
	if !filepath.IsAbs(path) {
		d.add(key, "names a file by a relative path", "write file: and an absolute path, such as file:/run/secrets/token")
		return "", false
	}
	data, err := readBounded(path, maxValueFile)
	if err != nil {
		d.add(key, "cannot read "+path+": "+reason(err), "check that the file exists and that this process may read it")
		return "", false
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		d.add(key, path+" is not UTF-8 text", "save it as UTF-8")
		return "", false
	}
	d.files[key] = filePrefix + path
	return text, true
}

// readBounded reads a regular file (or what a link leads to) of at most limit bytes: a pipe could block forever, and a
// device has no end.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("stat %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("larger than %s", Size(limit))
	}
	return data, nil
}

// reason is an error of the file system without the path, which the message around it names already.
func reason(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err.Error()
	}
	return err.Error()
}
