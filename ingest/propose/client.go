package propose

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineman/models"
)

// ClientOptions are what a Client is made of. All are required but Key. No
// redirect is followed, whatever HTTP does.
type ClientOptions struct {
	URL     string // base of the API, for example https://api.example.net/v1
	Model   string
	Key     string        // empty: the endpoint wants none
	Timeout time.Duration // of one question
	HTTP    *http.Client
}

// Client asks a model behind an OpenAI-compatible endpoint.
type Client struct {
	o        ClientOptions
	endpoint string
}

var _ Model = (*Client)(nil)

// NewClient checks the options and makes a Client. An InputError names the
// setting that is off.
func NewClient(o ClientOptions) (*Client, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "":
		return nil, models.Invalid("propose.url", "is no base of an API; write it like https://api.example.net/v1")
	case strings.TrimSpace(o.Model) == "":
		return nil, models.Invalid("propose.model", "is missing; name the model that the endpoint is to use")
	case o.HTTP == nil || o.Timeout <= 0:
		return nil, errors.New("a client of a model needs an HTTP client and a timeout")
	}
	direct := *o.HTTP
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.HTTP = &direct
	return &Client{o, strings.TrimRight(u.String(), "/") + "/chat/completions"}, nil
}

// Name gives the model's name.
func (c *Client) Name() string { return c.o.Model }

// maxReply bounds what is read of a reply: the answer as a JSON string, with
// what stands around it.
const maxReply = 4 * maxAnswer

// maxTokens bounds what a model may write, and so what it costs.
const maxTokens = 4096

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Ask sends one question. Only an endpoint that does not take its settings is
// asked a second time, without them; whoever wants another answer asks again.
func (c *Client) Ask(ctx context.Context, task, data string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	question := map[string]any{
		"model": c.o.Model, "messages": []message{{"system", task}, {"user", data}}, "stream": false,
		"temperature": 0, "max_tokens": maxTokens, "response_format": map[string]string{"type": "json_object"},
	}
	answer, code, err := c.post(ctx, question)
	if code == http.StatusBadRequest || code == http.StatusUnprocessableEntity {
		for _, setting := range []string{"temperature", "max_tokens", "response_format"} {
			delete(question, setting)
		}
		answer, _, err = c.post(ctx, question)
	}
	if err != nil {
		return "", err
	}
	return answer, nil
}

// Probe asks for one word, about nothing, to see whether the model answers.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.Ask(ctx, `Answer with the JSON object {"proposals":[]} and nothing else.`, `{"mail":""}`)
	return err
}

// post makes one call. The status is 0 where there was no answer at all.
func (c *Client) post(ctx context.Context, question map[string]any) (answer string, code int, err error) {
	body, err := json.Marshal(question)
	if err != nil {
		return "", 0, fmt.Errorf("write the question: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", 0, fmt.Errorf("ask the model: %w", c.plain(err))
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if c.o.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.o.Key)
	}
	resp, err := c.o.HTTP.Do(r)
	if err != nil {
		return "", 0, fmt.Errorf("ask the model: %w", c.plain(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", resp.StatusCode, fmt.Errorf("ask the model: %s", statusText(resp.StatusCode))
	}
	answer, err = c.read(resp.Body)
	return answer, resp.StatusCode, err
}

// read gives what the model said.
func (c *Client) read(body io.Reader) (string, error) {
	reply, err := io.ReadAll(io.LimitReader(body, maxReply+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("ask the model: the answer broke off: %w", c.plain(err))
	case len(reply) > maxReply:
		return "", fmt.Errorf("%w: it has more than %d bytes", ErrAnswer, maxReply)
	}
	var said struct {
		Choices []struct {
			Message message `json:"message"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(reply, &said); err != nil || len(said.Choices) == 0 {
		return "", fmt.Errorf("%w: the endpoint does not answer as an OpenAI-compatible one; check propose.url", ErrAnswer)
	}
	return said.Choices[0].Message.Content, nil
}

// plain takes the address, which may hold a token in its path, and the key out
// of an error, and says what a time limit was.
func (c *Client) plain(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v; allow more with propose.timeout", c.o.Timeout)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if c.o.Key != "" && strings.Contains(err.Error(), c.o.Key) {
		return errors.New("the endpoint could not be called")
	}
	return err
}

// statusText says what to do about a refusal; nothing of what the endpoint
// wrote is repeated.
func statusText(code int) string {
	what := fmt.Sprintf("the endpoint answered %d", code)
	switch {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return what + "; check propose.secret"
	case code == http.StatusNotFound:
		return what + "; check propose.url and propose.model"
	case code == http.StatusTooManyRequests:
		return what + "; too much was asked, try again later"
	case code >= 300 && code < 400:
		return what + ", a redirect, which is not followed; write the address it leads to as propose.url"
	case code >= 500:
		return what + "; try again later"
	}
	return what
}
