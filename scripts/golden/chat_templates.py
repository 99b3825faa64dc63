"""Chat templates by transformers, for Tests/Golden/chat.

    python scripts/golden/chat_templates.py

Three kinds of cases: templates of our own in the style of the families (their roles, tools, thoughts and
white space; none is a published text) over conversations, with the settings of apply_chat_template; small
pieces of the template language with their results; and pieces that transformers refuses.
"""
import json
from pathlib import Path

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template, render_jinja_template

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden" / "chat"

SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}

TEMPLATES = {
    "chatml": """{% for m in messages %}
{{ '<|im_start|>' + m.role + '\\n' + m['content'] + '<|im_end|>' }}
{% endfor %}
{%- if add_generation_prompt %}
{{- '\\n<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "zephyr": """{% for turn in messages %}
{% if turn['role'] == 'user' %}
{{ '<|user|>\\n' + turn['content'] + eos_token }}
{% elif turn['role'] == 'system' %}
{{ '<|system|>\\n' + turn['content'] + eos_token }}
{% elif turn['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + turn['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}""",
    "llama2": """{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set system = messages[0]['content'] %}
{%- else %}{% set rest = messages %}{% set system = false %}{% endif %}
{%- for m in rest -%}
  {%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}
    {{- raise_exception('user and assistant have to take turns: ' ~ loop.index) -}}
  {%- endif -%}
  {%- if loop.index0 == 0 and system != false -%}
    {%- set content = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + m['content'] -%}
  {%- else -%}
    {%- set content = m['content'] -%}
  {%- endif -%}
  {%- if m['role'] == 'user' -%}
    {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' -}}
  {%- elif m['role'] == 'assistant' -%}
    {{- ' '  + content | trim + ' ' + eos_token -}}
  {%- endif -%}
{%- endfor -%}""",
    "llama3": """{{- bos_token }}
{%- if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined and day is defined %}
        {%- set date_string = day %}
    {%- else %}
        {%- set date_string = "01 Jan 2026" %}
    {%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|head|>system<|/head|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: here\\n" }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- "Tools: " + builtin_tools | reject('equalto', 'interpreter') | join(", ") + "\\n\\n"}}
{%- endif %}
{{- "Today: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {{- "You may call these:\\n\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot|>" }}
{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("There is no first message to put the tools into") }}
    {%- endif %}
    {{- '<|head|>user<|/head|>\\n\\n' -}}
    {{- 'Call {"name": name, "parameters": {…}}.' }}
    {%- for t in tools %}
        {{- t | tojson(indent=2) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot|>"}}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|/head|>\\n\\n'+ message['content'] | trim + '<|eot|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("One call at a time") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|head|>assistant<|/head|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|head|>ipython<|/head|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|/head|>\\n\\n' }}
{%- endif %}
""",
    "mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("out of turn") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("a call needs an id of 9 letters") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool" %}
        {{- '[RESULT] {"content": ' + message.content|string + "}[/RESULT]" }}
    {%- else %}
        {{- raise_exception("unknown role " + message.role) }}
    {%- endif %}
{%- endfor %}
""",
    "qwen2": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You are of help.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n<tool_call>\\n{\\"name\\": <name>}\\n</tool_call><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "qwen3": """{%- set ns = namespace(multi_step=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if message.role != "assistant" %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- else %}
        {%- set thoughts = '' %}
        {%- if message.reasoning_content is string %}
            {%- set thoughts = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set thoughts = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or (not loop.last and thoughts)) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + thoughts.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "gemma": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role here') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('out of turn') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<turn>' + role + '
' + message['content'] | trim + '<end>
' }}{% endfor %}{% if add_generation_prompt %}{{'<turn>model
'}}{% endif %}""",
    "gemma3": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- set role = "model" if message['role'] == 'assistant' else message['role'] -%}
    {{ '<turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("no content") }}
    {%- endif -%}
    {{ '<end>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<turn>model
'}}
{%- endif -%}
""",
    "phi3": """{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'user' %}{{'<|user|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>
' + message['content'] + '<|end|>
'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>
' }}{% else %}{{ eos_token }}{% endif %}""",
    "smollm3": """{# thoughts on or off, tools in two forms #}
{%- set thinks = enable_thinking | default(true) -%}
{%- set mode = "/think" if thinks else "/no_think" -%}
{%- macro say(role, text, end='<|im_end|>\\n') -%}
{{ '<|im_start|>' ~ role ~ '\\n' ~ text ~ end }}
{%- endmacro -%}
{%- if messages[0].role == "system" -%}
  {%- set system = messages[0].content -%}
  {%- if "/no_think" in system -%}{%- set mode = "/no_think" -%}{%- elif "/think" in system -%}{%- set mode = "/think" -%}{%- endif -%}
  {%- set custom = system.replace("/no_think", "").replace("/think", "").rstrip() -%}
{%- endif -%}
{{- '<|im_start|>system\\n## Facts\\n\\nMode: ' + mode + '\\n\\n' -}}
{%- if custom -%}{{ custom + '\\n\\n' }}{%- endif -%}
{%- if xml_tools or (tools and not python_tools) -%}
  {%- set ns = namespace(text='<tools>\\n') -%}
  {%- for tool in (xml_tools or tools) -%}
    {%- set ns.text = ns.text ~ (tool | string) ~ '\\n' -%}
  {%- endfor -%}
  {{ ns.text + '</tools>\\n' }}
{%- endif -%}
{{ '<|im_end|>\\n' }}
{%- for m in messages -%}
  {%- if m.role == 'user' -%}{{ say('user', m.content) }}
  {%- elif m.role == 'assistant' -%}
    {%- generation -%}
    {{ say('assistant', ('<think>\\n\\n</think>\\n' if mode == '/no_think' else '') ~ m.content.lstrip('\\n')) }}
    {%- endgeneration -%}
  {%- elif m.role == 'tool' -%}{{ say('user', m.content | default('', true)) }}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ say('assistant', '', '') }}{%- endif -%}""",
    "training": """{% for message in messages %}
    {%- if message.role == 'assistant' %}
        {{- '<|a|>' }}{% generation %}{{ message.content + eos_token }}{% endgeneration %}
    {%- else %}
        {{- '<|' + message.role[0] + '|>' + message.content }}
    {%- endif %}
{% endfor %}""",
    "typescript": """{%- macro kind(spec, deep=0) -%}
    {%- if spec.type == "array" -%}
        {%- if spec['items'] -%}{{ kind(spec['items'], deep + 1) + "[]" }}{%- else -%}any[]{%- endif -%}
    {%- elif spec.type is defined and spec.type is iterable and spec.type is not string -%}
        {{- spec.type | map('upper') | join(' | ') }}
    {%- elif spec.type == "string" -%}
        {%- if spec.enum is defined and spec.enum -%}{{ '"' + spec.enum | join('" | "') + '"' }}{%- else -%}string{%- endif -%}
    {%- elif spec.type == "object" -%}
        {%- if spec.properties -%}
{
            {%- for name, inner in spec.properties.items() -%}
                {{ name ~ ('' if name in (spec.required or []) else '?') ~ ': ' ~ kind(inner, deep + 1) }}{{ ", " if not loop.last }}
            {%- endfor -%}
}
        {%- else -%}object{%- endif -%}
    {%- else -%}{{ spec.type or 'any' }}{%- endif -%}
{%- endmacro -%}
{%- for tool in tools or [] %}
{%- set f = tool.function %}
// {{ f.description | default('none') }}
type {{ f.name }} = (_: {{ kind(f.parameters) }}) => any;
{% endfor -%}
{% for m in messages %}[{{ loop.index }}/{{ loop.length }}] {{ m.role | capitalize }}: {{ m.content if m.content is string else m.content | tojson }}
{% else %}nothing
{% endfor %}""",
}

TOOLS = [
    {"type": "function", "function": {
        "name": "weather", "description": "The weather \"now\" in a <place> & beyond: 10 °C",
        "parameters": {"type": "object", "properties": {
            "place": {"type": "string", "description": "a town"},
            "unit": {"type": "string", "enum": ["C", "F"]},
            "days": {"type": "array", "items": {"type": "integer"}},
            "more": {"type": ["string", "null"]},
            "deep": {"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "object"}}, "required": ["a"]},
        }, "required": ["place"]},
        "return": {"type": "number"}}},
    {"type": "function", "function": {"name": "now", "description": "None", "parameters": {"type": "object", "properties": {}}}},
]


def user(text):
    return {"role": "user", "content": text}


def answer(text, **more):
    return {"role": "assistant", "content": text, **more}


def system(text):
    return {"role": "system", "content": text}


CALL = {"id": "abc123DEF", "type": "function", "function": {"name": "weather", "arguments": {"place": "Zürich", "days": [1, 2.5, None, True]}}}

CONVERSATIONS = {
    "one": [user("Hello?")],
    "two": [user("Hello?"), answer("Hello.")],
    "four": [user("  What is 1 + 1?\n"), answer(" 2 "), user("Sure?"), answer("Yes.\n\n")],
    "system": [system("Be brief. /no_think"), user("Say é, 日本 and 😀."), answer("é 日本 😀"), user("Thanks")],
    "thoughts": [user("Why?"), answer("<think>\nhm\nhm\n</think>\n\nBecause."), user("And?"), answer("So.", reasoning_content="\nlong\n")],
    "thinking": [user("Why?"), answer("Because.", thinking="hm"), user("And?"), answer("So.", reasoning="deep", tool_calls=None)],
    "calls": [user("The weather?"), {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "content": "{\"t\": 21.5}", "name": "weather"},
              answer("21.5 °C"), user("And tomorrow?")],
    "two-calls": [user("The weather?"), answer("I look.", tool_calls=[CALL, {**CALL, "id": "x"}]),
                  {"role": "tool", "content": "a"}, {"role": "tool", "content": "b"}],
    "results": [user("x"), {"role": "assistant", "tool_calls": [CALL]}, {"role": "ipython", "content": {"a": [1, {"b": "<&'>"}]}}],
    "parts": [system([{"type": "text", "text": "Sys"}]), {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " what is this "}]},
              answer([{"type": "text", "text": "a dog"}])],
    "turns": [user("a"), user("b")],
    "odd": [answer("first"), user("then")],
    "roles": [{"role": "critic", "content": "hm", "name": "x"}, user("")],
    "hostile": [user("<s></s>{{ 1 }}{% if %}<|im_end|>\r\n\u0000\u2028 \"'\\"), answer("\t \u3000ok\u00a0\u200b")],
    "missing": [user("a"), {"role": "assistant"}],
}

SETTINGS = [
    {}, {"add_generation_prompt": True}, {"tools": True}, {"tools": True, "add_generation_prompt": True, "tools_in_user_message": False},
    {"continue_final_message": True}, {"enable_thinking": False, "add_generation_prompt": True},
    {"builtin_tools": ["search", "interpreter", "eyes"], "date_string": "2 May 2026"},
]

VARIABLES = {
    "a": 1, "b": 2.5, "t": "Text", "e": "", "l": [3, 1, 2], "n": None, "y": True, "m": {"k": "v", "items": [1], "n": {"x": [10, 20]}},
    "words": ["pear", "Apple", "fig"], "people": [{"name": "Bo", "age": 7}, {"name": "al", "age": 5}, {"name": "Cy", "age": 7}],
    "u": "é日😀ß", "lines": "one\n\n  two\nthree", "deep": [[1, [2]], {"z": [None, True]}],
}

PIECES = r"""
{{ a }} {{ b }} {{ t }} {{ n }} {{ y }} {{ l }} {{ m }} {{ missing }}|
{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}
{{ 1e3 }} {{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 0.0001 }} {{ 0.00001 }} {{ 123456789.123 }} {{ 1e-7 }} {{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 5e-324 }} {{ 1.7976931348623157e308 }}
{{ 'a' ~ 1 ~ none ~ true ~ [1] }} {{ 'a' + 'b' }} {{ 'ab' * 3 }} {{ [1] + [2] }} {{ (1, 2) + (3,) }} {{ [0] * 3 }} {{ 'a' 'b' "c" }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' == "a" }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ none == none }} {{ 1 != '1' }} {{ {} == {} }}
{{ 1 in l }} {{ 9 not in l }} {{ 'ex' in t }} {{ 'k' in m }} {{ 'v' in m }} {{ '' in t }} {{ 1 in missing }}
{{ not y }} {{ y and n }} {{ n or 'x' }} {{ e or missing or 0 }} {{ y and 'then' or 'else' }} {{ not not e }}
{{ 'x' if y else 'z' }} {{ 'x' if n }}| {{ ('x' if n else 'y') if true else 'z' }} {{ 1 if e else 2 if n else 3 }}
{{ l[0] }} {{ l[-1] }} {{ l[9] }}| {{ l[1:] }} {{ l[:-1] }} {{ l[::-1] }} {{ l[::2] }} {{ t[1] }} {{ t[1:3] }} {{ t[::-1] }} {{ u[1] }} {{ u[-1:] }} {{ l[5:] }} {{ l[-9:2] }} {{ t[3:1:-1] }}
{{ m.k }} {{ m['k'] }} {{ m.n.x[1] }} {{ m['n']['x'][0] }} {{ m.nothing }}| {{ n.x }}| {{ a.x }}| {{ m.items is defined }} {{ m['items'] }} {{ m.items is callable }} {{ l.0 }} {{ m.n.x.1 }}
{{ m.get('k') }} {{ m.get('q') }} {{ m.get('q', 5) }} {{ m.keys() | list }} {{ m.values() | list | length }} {% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}
{{ t.upper() }} {{ t.lower() }} {{ ' x '.strip() }}| {{ 'xxaxx'.strip('x') }} {{ 'xa'.lstrip('x') }} {{ 'ax'.rstrip('x') }} {{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ ' a b  c '.split(none, 1) }} {{ ' a b  c '.rsplit(none, 1) }}
{{ 'hello'.startswith('he') }} {{ 'hello'.endswith(('x', 'lo')) }} {{ 'hello'.replace('l', 'L') }} {{ 'hello'.replace('l', 'L', 1) }} {{ 'ab'.replace('', '-') }} {{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('q') }} {{ 'hello'.count('l') }} {{ 'hello'.index('e') }}
{{ 'hello world'.title() }} {{ 'hELLO'.capitalize() }} {{ 'aB'.swapcase() }} {{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3, '.') }} {{ ','.join(['a', 'b']) }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'a'.partition('x') }}
{{ 'abc'.isalpha() }} {{ '12'.isdigit() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'A'.isupper() }} {{ ''.isalpha() }} {{ '½'.isnumeric() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ 'foobar'.removeprefix('foo') }} {{ 'foobar'.removesuffix('bar') }} {{ 'a\nb\r\nc'.splitlines() }}
{{ t | upper }} {{ t | lower }} {{ ' x ' | trim }}| {{ 'xax' | trim('x') }} {{ t | length }} {{ l | length }} {{ m | count }} {{ missing | length }} {{ 'hello world-foo (bar)' | title }} {{ 'hELLO' | capitalize }} {{ u | upper }} {{ u | length }}
{{ l | first }} {{ l | last }} {{ [] | first }}| {{ l | join }} {{ l | join('-') }} {{ people | join(', ', attribute='name') }} {{ l | sum }} {{ people | sum('age') }} {{ l | sum(start=10) }} {{ l | min }} {{ l | max }} {{ words | min }} {{ words | max }}
{{ l | sort }} {{ l | sort(reverse=true) }} {{ words | sort }} {{ words | sort(case_sensitive=true) }} {{ people | sort(attribute='name') | map(attribute='name') | list }} {{ people | sort(attribute='age,name') | map(attribute='name') | join }} {{ people | sort(true, attribute='age') | map(attribute='name') | join }}
{{ m | dictsort }} {{ {'b': 1, 'A': 2} | dictsort }} {{ {'b': 1, 'A': 2} | dictsort(true) }} {{ {'b': 1, 'A': 2} | dictsort(false, 'value') }} {{ {'b': 1, 'A': 2} | dictsort(reverse=true) }} {{ {'a': 1} | items | list }}
{{ people | map(attribute='age') | list }} {{ words | map('upper') | list }} {{ words | map('length') | list }} {{ words | map('replace', 'a', 'b') | list }} {{ people | map(attribute='zip', default=0) | list }} {{ deep | map(attribute='0') | list }}
{{ people | selectattr('age', 'equalto', 7) | map(attribute='name') | list }} {{ people | rejectattr('age', 'gt', 6) | map(attribute='name') | list }} {{ l | select('odd') | list }} {{ l | reject('in', [1, 2]) | list }} {{ [0, 1, '', 'x'] | select | list }} {{ people | selectattr('name') | list | length }} {{ words | select('string') | first }}
{{ missing | default('d') }} {{ e | default('d') }}| {{ e | default('d', true) }} {{ n | default('d') }} {{ missing | d }}| {{ m.q | default(7) }} {{ n | default('d', boolean=true) }}
{{ 3.7 | int }} {{ '42' | int }} {{ 'x' | int }} {{ 'x' | int(-1) }} {{ '3.9' | int }} {{ '1F' | int(base=16) }} {{ '2.5' | float }} {{ 'x' | float }} {{ 3 | float }} {{ true | int }} {{ 2.5 | round }} {{ 2.567 | round(2) }} {{ 2.1 | round(0, 'ceil') }} {{ 2.99 | round(1, 'floor') }} {{ 3 | round }} {{ -3 | abs }} {{ -2.5 | abs }} {{ 1234 | round(-2) }}
{{ m | string }} {{ 5 | string + 'x' }} {{ t | safe }} {{ 'abc' | list }} {{ 'abc' | reverse }} {{ l | reverse | list }} {{ m | list }} {{ 'a b  c' | wordcount }} {{ [1, 1, 2, 'A', 'a'] | unique | list }} {{ people | unique(attribute='age') | map(attribute='name') | list }}
{{ lines | indent }} | {{ lines | indent(2, true) }} | {{ lines | indent('> ', blank=true) }} | {{ 'foo bar baz qux' | truncate(9) }} {{ 'foo bar baz qux' | truncate(9, true) }} {{ 'foo bar baz qux' | truncate(11) }} {{ 'foo bar baz qux' | truncate(11, false, '...', 0) }}
{{ [1, 2, 3, 4, 5] | batch(2) | list }} {{ [1, 2, 3] | batch(2, 0) | list }} {{ [1, 2, 3, 4, 5] | slice(3) | list }} {{ [1, 2, 3, 4] | slice(3, 0) | list }} {% for key, group in people | groupby('age') %}{{ key }}:{{ group | map(attribute='name') | join }} {% endfor %}
{{ m | tojson }} {{ l | tojson }} {{ u | tojson }} {{ u | tojson(ensure_ascii=true) }} {{ '<a href="x">&\'' | tojson }} {{ n | tojson }} {{ y | tojson }} {{ 1.0 | tojson }} {{ '\x00\x1f\x7f\u2028' | tojson }} {{ (1, 2) | tojson }} {{ {} | tojson }} {{ [] | tojson(indent=2) }}
{{ deep | tojson(indent=2) }} {{ m | tojson(indent=1, sort_keys=true) }} {{ m | tojson(separators=(',', ':')) }} {{ deep | tojson(indent='--') }} {{ {'b': 1, 'a': {1: 2, none: 3, true: 4}} | tojson(sort_keys=false) }} {{ m | tojson(indent=0) }}
{{ ['a', "it's", 'q"', 'both\'"', 'n\n', 'é\u200b\x07', none, 1.5, true] }} {{ (1,) }} {{ () }} {{ {1: 'a', 'b': none} }} {{ {'a': {'b': []}} }} {{ '\U0001F600\ue000' | list }}
{{ 1 is defined }} {{ missing is defined }} {{ missing is undefined }} {{ m.q is defined }} {{ n is none }} {{ t is string }} {{ m is mapping }} {{ l is iterable }} {{ t is iterable }} {{ a is iterable }} {{ l is sequence }} {{ m is sequence }} {{ a is number }} {{ y is number }} {{ a is integer }} {{ y is integer }} {{ b is float }} {{ y is boolean }} {{ y is true }} {{ a is true }} {{ false is false }}
{{ 3 is odd }} {{ 4 is even }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ 1 is eq 1 }} {{ 1 is equalto 2 }} {{ 1 is lt 2 }} {{ 1 is in [1] }} {{ 'a' is lower }} {{ 'a' is upper }} {{ n is sameas none }} {{ true is sameas 1 }} {{ 'upper' is filter }} {{ 'odd' is test }} {{ 1 is not none }} {{ range is callable }} {{ not 1 is string }} {{ 1 is ge 1 and 2 is gt 1 }}
{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('x', 'y') }}{{ loop.changed(i > 1) }};{% endfor %}
{% for i in [] %}{{ i }}{% else %}none{% endfor %} {% for i in l if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% endfor %} {% for c in u %}[{{ c }}]{% endfor %} {% for k in m %}{{ k }}{% endfor %} {% for x in missing %}x{% else %}nothing{% endfor %}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %} {{ range(3) | list }} {{ range(1, 8, 3) | list }} {{ range(3, 0, -1) | list }}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}-{{ b }} {% endfor %} {% for (a, (b, c)) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %} {% for i in [1, 2] %}{% for j in 'ab' %}{{ loop.depth }}{{ i }}{{ j }}{% endfor %}{% endfor %} {% for x in 1, 2, 3 %}{{ x }}{% endfor %}
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }} {% set ns = namespace(x=1, y={'z': 1}) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }} {{ ns.q }}| {% set ns.q = 'new' %}{{ ns.q }} {{ ns.y.z }}
{% set x, y = 1, 2 %}{{ x }}{{ y }} {% set z = 1, 2 %}{{ z }} {% set block %}a {{ x }} b{% endset %}{{ block }} {% set up | upper | trim %} loud {% endset %}{{ up }}| {% if true %}{% set inside = 5 %}{% endif %}{{ inside }}
{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(1, c='z') }} {{ f(b=1, a=0) }} {{ f() }} {{ f.name }} {% set g = f %}{{ g(9) }} {{ f(1) | upper | length }}
{% macro va() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ va(1, 2, k=3) }} {{ va() }} {% macro fact(n) %}{{ 1 if n < 2 else n * (fact(n - 1) | int) }}{% endmacro %}{{ fact(10) }} {% set list = [1, 2] %}{{ va(*list, **{'q': 1}) }}
{% macro wrap(tag) %}<{{ tag }}>{{ caller() }}</{{ tag }}>{% endmacro %}{% call wrap('b') %}x{{ a }}{% endcall %} {% macro each(items) %}{% for i in items %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) each([1, 2]) %}({{ i }}){% endcall %}
{% filter upper %}abc {{ t }}{% endfilter %} {% filter replace('a', 'b') | upper %}aaa{% endfilter %} {% with q = 5, r = 6 %}{{ q }}{{ r }}{% endwith %}{{ q }}| {% with %}{% set w = 1 %}{{ w }}{% endwith %}{{ w }}| {% print 1, 2 %}
{% for i in [[1, [2]], [3]] recursive %}{{ i if i is number else loop(i) }},{% endfor %} {% raw %}{{ not }} {% this %}{% endraw %} {# a comment {{ 1 }} #}x {%- raw -%}  y  {%- endraw -%}  z
{% if a == 1 %}one{% elif a == 2 %}two{% else %}more{% endif %} {% if n %}x{% elif e %}y{% else %}z{% endif %} {% if missing %}x{% endif %}{% if l and m and t %}all{% endif %} {% if not (missing or n) %}none{% endif %}
{{ "a\tb\\n\x41\u00e9\'\"" }} {{ 'un\known \d' }} {{ '''' }}| {{ "" }}| {{ '\101' }}
{{ dict(a=1, b=2) }} {{ dict([('a', 1)], b=2) }} {{ {'a': 1, 'a': 2} }} {{ dict({'x': 1}) }} {{ namespace(a=1).a }} {{ {'a': 1}['a'] }} {{ [1, 2][1] }} {{ 'abc'[1] }} {{ (1, 2)[0] }} {{ {'a': {'b': 1}}.a.b }} {{ {1: 'x'}[1] }} {{ {true: 'y'}[1] }}
{{ 1 }}{{ 2 -}}   x   {{- 3 }}  {{- '' }} {{ l|length + 1 }} {{ -1|abs }} {{ (-1)|abs }} {{ +1 }} {{ 2 * l | first }} {{ 'a' ~ 'b' | upper }} {{ not a == 2 }} {{ a if a else b | upper }}
{{ [1, 2,] }} {{ {'a': 1,} }} {{ f is defined }} {{ true }} {{ True }} {{ None }} {{ none }} {{ False }} {{ [none, True] }} {{ 1, 2 }} {{ (1) }}
{{ people | map(attribute='name') is iterable }} {{ people | map(attribute='name') is sequence }} {% set it = l | select('gt', 1) %}{{ it | list }}{{ it | list }} {{ 'yes' if [] | select else 'no' }} {{ l | map('string') | join }} {{ l | select | first }}
{{ 'a' < 'B' }} {{ 'é' > 'z' }} {{ '日' < '😀' }} {{ [] < [1] }} {{ (1, 'a') < (1, 'b') }} {{ 1.5 > 1 }} {{ true > false }} {{ 2 >= 2.0 }} {{ 'a' <= 'a' }}
{%- set s = '  pad  ' -%} [{{ s.strip() }}] [{{ s | trim }}] [{{- s -}}] [{{ s.lstrip() }}] [{{ s.rstrip() }}] {{ '\u00a0x\u3000' | trim }}| {{ '\x1cx\x85' | trim }}|
{{ people[0].name }} {{ people[0]['age'] + 1 }} {{ people[-1].name }} {{ people | length - 1 }} {{ (people | first).name }} {{ people[1:] | map(attribute='name') | join('+') }} {{ loop is defined }} {{ caller is defined }}
{{ m.copy().k }} {{ [1, 2, 1].count(1) }} {{ [1, 2].index(2) }} {{ 'a-b_c'.replace('-', '_').split('_') }} {{ ('a', 'b').index('b') }} {{ [3, 1] == [3, 1] }} {{ [1, [2]] == [1, (2,)] }} {{ {'a': 1} == {'a': 1.0} }}
""".strip("\n").split("\n")

# Written over several lines: white space around tags, line ends of all kinds.
LAYOUTS = [
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n  {% if true %}\n  b\n  {% endif %}\n  c", "a\n  {%+ if true %}\n  b\n  {%+ endif +%}\n  c",
    "a\n  {%- if true -%}\n  b\n  {%- endif -%}\n  c\n\n", "  {% if true %}x{% endif %}  y", "{# c #}\n\nx\n{#- c -#}\n y {#+ c +#}\nz",
    "x  {{ 1 }}\n  {{ 2 }}\n{{- 3 }}\n{{ 4 -}}\n\n 5", "a\r\n{% if true %}\r\nb\r{% endif %}\r\nc\r\n", "x\n{% raw %}\n  {{ y }}\n{% endraw %}\nz",
    "x\n  {%- raw -%}\n  {{ y }}\n  {%- endraw -%}\nz\n", "\n\n{{ 1 }}\n\n", "{% set x = 1 %}\n{% set y = 2 %}\n{{ x }}{{ y }}\n", "text only", "", "\n", "{{ 'line\\\njoined' }}", "{{ '\n' }}x",
    "{%\nif\ntrue\n%}\nx\n{%\nendif\n%}\n", "a {% if true %} b {% endif %} c", "\t {% for i in [1,2] %}\n\t{{ i }}\n\t {% endfor %}\nend", "{%- macro f() %}\n  x\n{%- endmacro %}\n{{ f() }}\n",
    "{% for i in [1] %}\n    {% if i %}\n        {{ i }}\n    {% endif %}\n{% endfor %}", "{# a\nb #}\nx{# c #}  \n y", "\u00a0{% if true %}x{% endif %}", "{{ {'a': {'b': 1}} }}", "{{ '}}' }} {{ \"%}\" }}", "{ { {% if true %}} } #} %}{% endif %}",
]

FAILING = [
    "{{", "{% if %}x{% endif %}", "{% if true %}", "{% endif %}", "{% for %}{% endfor %}", "{{ 1 + }}", "{{ a b }}", "{{ (1 }}", "{{ ] }}", "{% set 1 = 2 %}", "{{ 'open }}", "{# open",
    "{% nonsense %}", "{{ 1 | nothing }}", "{{ 1 is nothing }}", "{{ missing.x }}", "{{ missing() }}", "{{ missing['a'] }}", "{{ missing + 1 }}", "{{ 1 + 'a' }}", "{{ 'a' + 1 }}", "{{ none + 1 }}",
    "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1 < 'a' }}", "{{ none < 1 }}", "{{ 1 in 5 }}", "{{ 1 in 'a' }}", "{{ n.x.y }}", "{% for i in 5 %}{% endfor %}", "{% for i in n %}{% endfor %}",
    "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{{ l.append(4) }}", "{{ m.update({}) }}", "{{ m.pop('k') }}", "{{ l.sort() }}", "{{ ''.__class__.__mro__ }}",
    "{{ raise_exception('no') }}", "{{ raise_exception('no: ' ~ a) }}", "{% set m.k = 1 %}", "{{ namespace(_x=1) }}", "{% set ns = namespace() %}{% set ns._x = 1 %}", "{{ range(1000000) }}",
    "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(b=1) }}", "{% macro f(a=1, b) %}{% endmacro %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% break %}", "{% continue %}",
    "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{{ l | map | list }}", "{{ 5 | length }}", "{{ l | join(1, 2, 3) }}", "{{ missing | tojson }}", "{{ 1() }}", "{{ 'x'() }}", "{{ m | dictsort(by='q') }}",
    "{{ l | select('gt', 1) | length }}", "{{ l[1 }}", "{% if true %}{% else %}{% else %}{% endif %}", "{% for x in l %}", "{{ 'a'.split('') }}", "{{ 'a'.index('b') }}", "{{ 1 is not }}", "{{ a is defined is defined }}", "{{ @ }}", "{{ a! }}", "{{ '\\x4' }}",
    "{% raw %}x", "{{ {1} }}", "{{ {'a' 1} }}", "{% set x %}", "{% call 5 %}{% endcall %}", "{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}", "{{ loop(l) }}", "{{ f(*1) }}", "{{ dict(1, 2) }}", "{{ 'a'|int(base=99) + x.y }}",
]


def rendered(template, conversation, settings):
    settings = dict(settings)
    tools = TOOLS if settings.pop("tools", False) else None
    messages = [{k: v for k, v in m.items() if v is not None} for m in conversation]
    texts, spans = render_jinja_template([messages], tools=tools, chat_template=template, **{**SPECIAL, **settings})
    return texts[0]


def spans(template, conversation, settings):
    """The text with what `generation` marks, where that is marked."""
    if "generation" not in template or settings.get("continue_final_message"):
        return None
    settings = dict(settings)
    tools = TOOLS if settings.pop("tools", False) else None
    messages = [{k: v for k, v in m.items() if v is not None} for m in conversation]
    texts, found = render_jinja_template(
        [messages], tools=tools, chat_template=template, return_assistant_tokens_mask=True, **{**SPECIAL, **settings})
    # In bytes of UTF-8.
    return [[len(texts[0][:i].encode()) for i in span] for span in found[0]]


def cases():
    for name, template in TEMPLATES.items():
        for conversation, messages in CONVERSATIONS.items():
            for number, settings in enumerate(SETTINGS):
                case = {"template": name, "conversation": conversation, "settings": number}
                try:
                    case["text"] = rendered(template, messages, settings)
                    case["generated"] = spans(template, messages, settings)
                except Exception as error:  # a refusal of the template, or a value it is not for
                    raised = isinstance(error, jinja2.exceptions.TemplateError) and not isinstance(error, jinja2.exceptions.UndefinedError)
                    case["raised"] = str(error) if raised and "underscore" not in str(error) else None
                yield case


def pieces():
    for source in [*PIECES, *LAYOUTS]:
        yield {"source": source, "text": _compile_jinja_template(source).render(**VARIABLES)}


def failing():
    for source in FAILING:
        try:
            text = _compile_jinja_template(source).render(**VARIABLES)
        except Exception as error:
            yield {"source": source, "error": type(error).__name__}
        else:
            print(f"{source!r} gives {text!r}")


def main():
    OUT.mkdir(parents=True, exist_ok=True)

    def write(name, data, **options):
        (OUT / name).write_text(json.dumps(data, ensure_ascii=False, **options) + "\n", encoding="utf-8")

    write("templates.json", {
        "special": SPECIAL, "tools": TOOLS, "templates": TEMPLATES, "conversations": CONVERSATIONS,
        "settings": SETTINGS, "cases": list(cases())})
    write("pieces.json", {"variables": VARIABLES, "pieces": list(pieces()), "failing": list(failing())})
    (OUT.parent / "manifest" / "chat_templates.json").write_text(json.dumps({
        "files": "chat/*", "generator": "scripts/golden/chat_templates.py",
        "versions": {"transformers": transformers.__version__, "jinja2": jinja2.__version__},
        "tolerance": 0, "reason": "texts are equal or wrong",
    }, indent=2) + "\n")


main()
