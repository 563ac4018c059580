"""The page in Chromium without a screen.

``MEVIS_SCREENSHOTS=docs/images`` writes the pictures of docs/guides/web_demo.md.
"""

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

LEFT, RIGHT = 'the one that moves to the left', 'the one that moves to the right'
PATIENCE = 180
# Asks the middle frame of a video that plays for its pixels, a quarter of them in each direction.
FRAME_OF = """
const [selector, done] = arguments;
const video = document.querySelector(selector);
video.pause();
video.addEventListener('seeked', () => {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
  done([canvas.height, canvas.width, Array.from(data)]);
}, {once: true});
video.currentTime = video.duration / 2 + 0.01;
"""


@pytest.fixture(scope='module')
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip(
        'selenium.webdriver', reason='needs Selenium: pip install "mevis[web-test]"'
    )
    program, driver = shutil.which('chromium'), shutil.which('chromedriver')
    if not program or not driver:
        pytest.skip('no Chromium: apt-get install chromium chromium-driver')
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-proxy-server',
        '--autoplay-policy=no-user-gesture-required',
        '--window-size=1280,1400',
    ):
        options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
    service = webdriver.ChromeService(executable_path=driver)
    chromium = webdriver.Chrome(options=options, service=service)
    chromium.set_script_timeout(PATIENCE)
    yield chromium
    chromium.quit()


class Page:
    """What a visitor does and sees."""

    def __init__(self, browser: Any, server: SimpleNamespace) -> None:
        self.browser, self.address = browser, server.address
        browser.get(server.address)
        self.wait_for('#segment')

    def wait(self, condition: Any) -> Any:
        from selenium.common.exceptions import StaleElementReferenceException
        from selenium.webdriver.support.wait import WebDriverWait

        waiting = WebDriverWait(
            self.browser, PATIENCE, 0.2, ignored_exceptions=[StaleElementReferenceException]
        )
        return waiting.until(lambda _: condition())

    def all(self, selector: str) -> list[Any]:
        return self.browser.find_elements('css selector', selector)

    def wait_for(self, selector: str) -> Any:
        return self.wait(lambda: self.all(selector))[0]

    def upload(self, file: Path) -> None:
        if not self.all('#video input[type=file]'):
            self.wait_for('#video button[aria-label="Clear"]').click()
        self.wait_for('#video input[type=file]').send_keys(str(file))
        self.wait(lambda: file.stem in (self.wait_for('#video video').get_attribute('src') or ''))

    def write(self, sentences: str) -> None:
        field = self.wait_for('#sentences textarea')
        field.clear()
        field.send_keys(sentences)

    def written(self, but: str) -> str:
        """Waits until the sentences are others."""
        field = self.wait_for('#sentences textarea')
        self.wait(lambda: field.get_attribute('value') != but)
        return field.get_attribute('value')

    def ask(self) -> None:
        self.wait_for('#segment').click()

    def answers(self, *sentences: str) -> str:
        """Waits for the answers to these sentences; the table."""

        def found() -> str:
            text = self.wait_for('#answers').text
            return text if all(sentence in text for sentence in sentences) else ''

        return self.wait(found)

    def frame(self, selector: str, but: str = '') -> tuple[str, np.ndarray]:
        """Address and middle frame of a film that is not the one at ``but``."""

        def address() -> str:
            films = self.all(f'{selector} video')
            found = films[0].get_attribute('src') if films else ''
            return found if found != but else ''

        film = self.wait(address)
        ready = f'return document.querySelector("{selector} video").readyState >= 2'
        self.wait(lambda: self.browser.execute_script(ready))
        height, width, data = self.browser.execute_async_script(FRAME_OF, f'{selector} video')
        return film, np.array(data, np.uint8).reshape(height, width, 4)[..., :3]

    def picture(self, name: str) -> None:
        folder = os.environ.get('MEVIS_SCREENSHOTS')
        if folder:
            self.browser.execute_script('window.scrollTo(0, 0)')
            shot = Image.open(io.BytesIO(self.browser.get_screenshot_as_png()))
            shot.convert('RGB').save(Path(folder) / f'{name}.jpg', quality=75)

    def console(self) -> list[str]:
        """Errors since the last call."""
        entries = self.browser.get_log('browser')
        return [entry['message'] for entry in entries if entry['level'] == 'SEVERE']

    def requested(self) -> set[str]:
        """Hosts that anything was asked of since the last call."""
        hosts = set()
        for entry in self.browser.get_log('performance'):
            message = json.loads(entry['message'])['message']
            if message['method'] == 'Network.requestWillBeSent':
                parts = urlsplit(message['params']['request']['url'])
                if parts.scheme not in ('data', 'blob'):
                    hosts.add(f'{parts.scheme}://{parts.netloc}')
        return hosts


@pytest.mark.slow
def test_a_visitor_asks_sees_and_is_told(browser, server, clip, tmp_path):
    page = Page(browser, server)
    page.upload(clip)
    page.write(LEFT)
    page.ask()
    page.answers(LEFT, 'track')
    film, left = page.frame('#overlay')
    page.write(RIGHT)
    page.ask()
    page.answers(RIGHT)
    film, right = page.frame('#overlay', but=film)
    height = min(len(left), len(right), 120)  # the sentence is written below the frames
    changed = (np.abs(left[:height].astype(int) - right[:height]) > 60).any(-1)
    rows = np.flatnonzero(changed.any(1))
    assert rows.min() < 40
    assert rows.max() > 80  # the upper square is marked in one film, the lower one in the other
    _, tracks = page.frame('#tracks')
    assert tracks.shape[0] > height
    files = [link.get_attribute('href') for link in page.all('#files a')]
    assert {Path(urlsplit(str(file)).path).name for file in files} == {'masks.zip', 'result.json'}

    page.write(f'{LEFT}\n{RIGHT}')
    page.ask()
    page.answers(LEFT, RIGHT)
    assert page.console() == []

    broken = tmp_path / 'broken.mp4'
    broken.write_bytes(b'no video at all')
    page.upload(broken)
    page.ask()
    said = 'broken.mp4: not a video, or a truncated one'
    # Gradio has said before that the browser itself cannot show the file.
    page.wait(lambda: any(said in box.text for box in page.all('.toast-body')))
    page.picture('web_demo_error')
    assert page.requested() == {server.address.rstrip('/')}


@pytest.mark.slow
def test_examples_can_be_tried(browser, server):
    page = Page(browser, server)
    rows = page.wait(lambda: page.all('tr.tr-body'))
    film = sentences = ''
    for number in range(len(rows)):
        page.all('tr.tr-body')[number].click()
        page.wait_for('#video video')
        sentences = page.written(but=sentences)
        page.ask()
        page.answers(*sentences.splitlines())
        film, _ = page.frame('#overlay', but=film)
        page.frame('#tracks')
        page.picture(f'web_demo_{number}')
    assert page.console() == []
    assert page.requested() == {server.address.rstrip('/')}
