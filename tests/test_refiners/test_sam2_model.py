import json
import shutil

import pytest
import torch

from mevis.errors import UserError
from mevis.refiners.sam2_model import load_sam2


def test_the_image_model_shares_the_weights_of_the_video_model(sam2_folder):
    from transformers import Sam2Model

    models = load_sam2(sam2_folder)
    alone = Sam2Model.from_pretrained(sam2_folder, local_files_only=True)
    shared = models.image.state_dict()
    for name, value in alone.state_dict().items():
        assert torch.equal(shared[name], value)
    own = {id(p) for p in models.image.parameters()} - {id(p) for p in models.video.parameters()}
    assert len(own) <= 2  # the code of "no memory" and the positional matrix


def test_a_missing_folder_is_described(tmp_path):
    with pytest.raises(UserError) as error:
        load_sam2(str(tmp_path / 'none'))
    for text in ('none: config.json is not there', 'facebook/sam2.1-hiera-large', 'folder='):
        assert text in str(error.value)


def test_an_original_file_is_no_folder(tmp_path):
    torch.save({}, tmp_path / 'sam2.1_hiera_large.pt')
    with pytest.raises(UserError, match=r'original \.pt files do not load'):
        load_sam2(str(tmp_path))


@pytest.mark.parametrize('file', ['config.json', 'model.safetensors'])
def test_a_damaged_folder_is_named(sam2_folder, tmp_path, file):
    folder = tmp_path / 'copy'
    shutil.copytree(sam2_folder, folder)
    (folder / file).write_text('{' if file.endswith('json') else 'page not found')
    with pytest.raises(UserError, match=r'copy.*: .*Download the whole folder again'):
        load_sam2(str(folder))


def test_weights_that_lack_a_part_are_refused(sam2_folder, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / 'copy'
    shutil.copytree(sam2_folder, folder)
    weights = load_file(folder / 'model.safetensors')
    del weights['memory_encoder.projection.weight']
    save_file(weights, folder / 'model.safetensors', metadata={'format': 'pt'})
    with pytest.raises(UserError, match='1 tensors are missing, such as memory_encoder'):
        load_sam2(str(folder))


def test_the_folder_of_another_model_is_refused(sam2_folder, tmp_path):
    folder = tmp_path / 'copy'
    shutil.copytree(sam2_folder, folder)
    config = json.loads((folder / 'config.json').read_text())
    (folder / 'config.json').write_text(json.dumps({**config, 'model_type': 'bert'}))
    with pytest.raises(UserError, match="model_type 'bert', not sam2_video"):
        load_sam2(str(folder))
