package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseDocument reads the file's text into a tree and notes the line of every key. Keys without a value are left out: they
// keep their default.
func parseDocument(data []byte, lines map[string]int) (map[string]any, *Problem) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	if err := dec.Decode(&root); errors.Is(err, io.EOF) {
		return map[string]any{}, nil
	} else if err != nil {
		return nil, syntaxProblem(err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, &Problem{Line: more.Line, Detail: "holds more than one document", Fix: "remove what follows ---"}
	}
	var tree any
	if err := root.Decode(&tree); err != nil {
		return nil, syntaxProblem(err)
	}
	if tree == nil {
		return map[string]any{}, nil
	}
	values, ok := withoutNulls(tree, "").(map[string]any)
	if !ok {
		return nil, &Problem{Line: root.Line, Detail: "holds " + describe(tree), Fix: "write keys and values"}
	}
	noteLines(&root, "", lines)
	return values, nil
}

var (
	lineOfError = regexp.MustCompile(`line (\d+): `)
	quotedValue = regexp.MustCompile("(?s)`.*`")
)

// syntaxProblem turns the library's message into a problem. Values that it quotes are not repeated, nor is the name of
// an unknown anchor: a password that begins with "*" and is not in quotes reads as one.
func syntaxProblem(err error) *Problem {
	detail := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	p := &Problem{Fix: "correct the YAML syntax"}
	if m := lineOfError.FindStringSubmatch(detail); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		detail = strings.Replace(detail, m[0], "", 1)
	}
	p.Detail = strings.TrimSpace(strings.TrimPrefix(detail, "unmarshal errors:"))
	p.Detail = quotedValue.ReplaceAllString(p.Detail, "(value)")
	if strings.Contains(detail, "anchor") {
		p.Detail, p.Fix = "refers to an unknown anchor", "put texts that begin with * or & into quotes"
	}
	return p
}

// withoutNulls drops keys without a value and spells all keys as text. name is the key that holds the tree. A product
// without a value stays, as one that inherits everything.
func withoutNulls(tree any, name string) any {
	switch node := tree.(type) {
	case map[string]any:
		out := make(map[string]any, len(node))
		for key, value := range node {
			keepValue(out, key, value, name)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(node))
		for key, value := range node {
			keepValue(out, fmt.Sprint(key), value, name)
		}
		return out
	case []any:
		out := make([]any, len(node))
		for i, value := range node {
			out[i] = withoutNulls(value, "")
		}
		return out
	default:
		return tree
	}
}

func keepValue(into map[string]any, key string, value any, section string) {
	switch {
	case value != nil:
		into[key] = withoutNulls(value, key)
	case section == productsKey:
		into[key] = map[string]any{}
	}
}

// noteLines records where each key and element stands. Aliases and merged keys point at the place that uses them.
func noteLines(node *yaml.Node, key string, lines map[string]int) {
	if key != "" {
		if _, known := lines[key]; !known {
			lines[key] = node.Line
		}
	}
	switch node.Kind {
	case yaml.DocumentNode:
		for _, child := range node.Content {
			noteLines(child, key, lines)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			name := childKey(key, node.Content[i].Value)
			lines[name] = node.Content[i].Line
			noteLines(node.Content[i+1], name, lines)
		}
	case yaml.SequenceNode:
		for i, child := range node.Content {
			noteLines(child, elementKey(key, i), lines)
		}
	}
}
