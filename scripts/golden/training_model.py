"""The small Llama that the training goldens share, its reference, and how ragged answers are packed."""
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

OUT = Path(__file__).resolve().parents[2] / "Tests/Golden/training"
WIDTH, VOCABULARY = 32, 97


def config():
    return LlamaConfig(
        hidden_size=WIDTH, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=VOCABULARY, max_position_embeddings=64, rms_norm_eps=1e-5, rope_theta=10000.0, hidden_act="silu",
        tie_word_embeddings=False, attention_bias=False, mlp_bias=False, bos_token_id=1, eos_token_id=2,
        attn_implementation="eager")


def policy():
    """Weights wide enough (std 0.15) that distributions are far from uniform and gradients far from rounding."""
    torch.manual_seed(11)
    model = LlamaForCausalLM(config())
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(1 + 0.1 * torch.randn_like(p) if "norm" in name else 0.15 * torch.randn_like(p))
    return model.eval()


def reference():
    """The policy a little way off, so that the KL term is not zero."""
    model = policy()
    torch.manual_seed(12)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.02 * torch.randn_like(p))
    return model.eval()


def head(seed, weight_std=0.1, bias=0.0):
    torch.manual_seed(seed)
    return weight_std * torch.randn(1, WIDTH), torch.tensor([bias])


def tokens(seed, count):
    """Ids of ordinary tokens: 0, 1 and 2 are <unk>, <s> and </s>."""
    return torch.randint(3, VOCABULARY, (count,), generator=torch.Generator().manual_seed(seed))


def vocabulary():
    letters = ["▁"] + [chr(c) for c in range(33, 126)]
    return {t: i for i, t in enumerate(["<unk>", "<s>", "</s>"] + letters)}


def write_tokenizer(folder):
    """One token a character: a tokenizer without merges is all these goldens need."""
    special = lambda i, t: dict(id=i, content=t, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    spec = dict(
        version="1.0", truncation=None, padding=None,
        added_tokens=[special(i, t) for i, t in enumerate(["<unk>", "<s>", "</s>"])],
        normalizer=dict(type="Sequence", normalizers=[
            dict(type="Prepend", prepend="▁"), dict(type="Replace", pattern=dict(String=" "), content="▁")]),
        pre_tokenizer=None,
        post_processor=dict(
            type="TemplateProcessing",
            single=[dict(SpecialToken=dict(id="<s>", type_id=0)), dict(Sequence=dict(id="A", type_id=0))],
            pair=[dict(SpecialToken=dict(id="<s>", type_id=0)), dict(Sequence=dict(id="A", type_id=0)),
                  dict(SpecialToken=dict(id="<s>", type_id=1)), dict(Sequence=dict(id="B", type_id=1))],
            special_tokens={"<s>": dict(id="<s>", ids=[1], tokens=["<s>"])}),
        decoder=dict(type="Sequence", decoders=[
            dict(type="Replace", pattern=dict(String="▁"), content=" "), dict(type="ByteFallback"), dict(type="Fuse"),
            dict(type="Strip", content=" ", start=1, stop=0)]),
        model=dict(type="BPE", dropout=None, unk_token="<unk>", continuing_subword_prefix=None, end_of_word_suffix=None,
                   fuse_unk=True, byte_fallback=True, ignore_merges=False, vocab=vocabulary(), merges=[]))
    (folder / "tokenizer.json").write_text(json.dumps(spec, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(
        tokenizer_class="PreTrainedTokenizerFast", bos_token="<s>", eos_token="</s>", unk_token="<unk>", model_max_length=64)))


def tokenizer():
    t = PreTrainedTokenizerFast(tokenizer_file=str(OUT / "policy/tokenizer.json"), bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    t.pad_token = t.eos_token
    return t


def write_models():
    for name, model in [("policy", policy()), ("reference", reference())]:
        folder = OUT / name
        folder.mkdir(parents=True, exist_ok=True)
        keep = ["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "vocab_size",
                "max_position_embeddings", "rms_norm_eps", "rope_theta", "hidden_act", "tie_word_embeddings", "attention_bias",
                "mlp_bias", "bos_token_id", "eos_token_id", "model_type"]
        spec = {k: model.config.to_dict()[k] for k in keep}
        (folder / "config.json").write_text(json.dumps(dict(architectures=["LlamaForCausalLM"], torch_dtype="float32", **spec), indent=1))
        (folder / "generation_config.json").write_text(json.dumps(dict(bos_token_id=1, eos_token_id=2)))
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, str(folder / "model.safetensors"), metadata=dict(format="pt"))
        write_tokenizer(folder)


def padded(rows):
    """Rows of ids padded on the right, and their mask."""
    longest = max(len(r) for r in rows)
    ids, mask = torch.zeros(len(rows), longest, dtype=torch.long), torch.zeros(len(rows), longest, dtype=torch.long)
    for i, r in enumerate(rows):
        ids[i, : len(r)], mask[i, : len(r)] = r, 1
    return ids, mask


def response_rows(model, queries, responses):
    """Per token of the packed responses: the hidden state [R, C] and the logits [R, V] at the position before it."""
    rows = [torch.cat([q, r]) for q, r in zip(queries, responses)]
    ids, mask = padded(rows)
    out = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    where = [(i, len(q) - 1 + t) for i, (q, r) in enumerate(zip(queries, responses)) for t in range(len(r))]
    i, t = torch.tensor([w[0] for w in where]), torch.tensor([w[1] for w in where])
    return out.hidden_states[-1][i, t], out.logits[i, t], torch.cat(list(responses))


def logprobs(logits, targets):
    return logits.log_softmax(-1).gather(-1, targets[:, None])[:, 0]


def plain(x):
    """Tensors as lists, for JSON."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x.tolist() if hasattr(x, "tolist") else x


def write_json(name, value):
    (OUT / name).write_text(json.dumps(plain(value)) + "\n")


def write_tensors(name, tensors):
    save_file({k: v.detach().float().contiguous().clone() for k, v in tensors.items()}, str(OUT / name))
