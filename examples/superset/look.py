"""look.py URL USER PASSWORD CHROMIUM PICTURE: logs in, sees that the dashboard shows its rows, takes its picture."""
import sys

from playwright.sync_api import sync_playwright

url, user, password, chromium, picture = sys.argv[1:]
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=['--no-sandbox', '--disable-dev-shm-usage'])
    page = browser.new_page(viewport={'width': 1280, 'height': 790})
    page.set_default_timeout(120000)
    page.goto(url + '/login/')
    page.locator('#username').fill(user)
    page.locator('#password').fill(password)
    page.locator('button[type=submit]').click()
    page.wait_for_url(lambda where: '/login' not in where)
    page.goto(url + '/superset/dashboard/experiment-dialog/?standalone=2')
    page.get_by_text('Completed rose').first.wait_for()    # a sentence of the scorecard
    page.locator('canvas').first.wait_for()                # the lines of the trend
    page.wait_for_timeout(4000)                            # until they are drawn
    faults = page.get_by_text('Unexpected error').count() + page.get_by_text('Data error').count()
    page.screenshot(path=picture)
    browser.close()
sys.exit('a chart shows an error' if faults else 0)
